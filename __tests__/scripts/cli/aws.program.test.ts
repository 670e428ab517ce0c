import { callAws, explainAwsError } from '../../../scripts/cli/aws';
import { BadInput } from '../../../scripts/cli/bad-input';
import { runCli } from './prewarm/cli-process';

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

describe('an error of AWS', () => {
  it.each([
    [new Error('Region is missing'), {}, /^AWS Region: got none; .*--region or AWS_REGION/],
    [
      named('CredentialsProviderError', 'Could not load credentials from any providers'),
      {},
      /found none; set --profile/,
    ],
    [
      named('CredentialsProviderError', 'Could not resolve credentials using profile: [x]'),
      { profile: 'x' },
      /^--profile: got "x"/,
    ],
    [
      named('ExpiredTokenException', 'The security token included in the request is expired'),
      {},
      /have expired .*sign in/,
    ],
    [
      named('UnrecognizedClientException', 'The security token is invalid'),
      {},
      /does not take them .*--profile/,
    ],
    [named('InvalidClientTokenId', 'The security token is invalid'), {}, /does not take them/],
    [
      Object.assign(new Error('getaddrinfo ENOTFOUND ecs.eu-centrl-1.amazonaws.com'), { code: 'ENOTFOUND' }),
      { region: 'eu-centrl-1' },
      /ecs\.eu-centrl-1.*got eu-centrl-1; set --region/,
    ],
  ])('is told as what is missing and where to set it: %s', async (error, flags, message) => {
    const explained = explainAwsError(error, flags);
    expect(explained).toBeInstanceOf(BadInput);
    expect(explained).toMatchObject({ message: expect.stringMatching(message), cause: error, exitCode: 2 });
    await expect(callAws(flags, () => Promise.reject(error))).rejects.toThrow(message);
  });

  it('about a right keeps its message; one of another kind stays as it is', () => {
    const denied = named('AccessDeniedException', 'User: x is not authorized to perform: ecs:ListTasks');
    expect(explainAwsError(denied, {})).toMatchObject({
      message: expect.stringMatching(/ecs:ListTasks.*--profile/),
    });
    const other = new Error('something else');
    expect(explainAwsError(other, {})).toBe(other);
  });

  it('ends a command with 2 and one sentence, where there is no Region and no profile', async () => {
    const nowhere = {
      AWS_REGION: undefined,
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { code, stderr } = await runCli(['coldstart', 'measure', '--cluster', 'x'], '', nowhere);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^warmpath: AWS Region: got none; [^\n]*\n$/),
    });
    const profile = await runCli(
      ['coldstart', 'verify', '--group', 'x', '--region', 'eu-central-1', '--profile', 'no-such'],
      '',
      nowhere,
    );
    expect(profile).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^warmpath: --profile: got "no-such"/),
    });
  });
});
