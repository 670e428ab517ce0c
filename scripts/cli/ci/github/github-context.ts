import { BadInput } from '../../bad-input';
import { GithubClient } from './github-client';

/**
 * Returns a client from what GitHub Actions sets: `GITHUB_TOKEN`, `GITHUB_REPOSITORY`, `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL`.
 *
 * @throws BadInput that names every variable that is missing
 */
export function githubFromEnvironment(env: NodeJS.ProcessEnv = process.env): GithubClient {
  const token = env['GITHUB_TOKEN'] ?? '';
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const problems = [
    ...(token === '' ? ['GITHUB_TOKEN is not set; pass the token of the job'] : []),
    ...(/^[\w.-]+\/[\w.-]+$/.test(repository)
      ? []
      : [`GITHUB_REPOSITORY: got ${JSON.stringify(repository.slice(0, 100))}; allowed owner/name`]),
  ];
  if (problems.length > 0) throw new BadInput(problems.join('; '));
  const apiUrl = (env['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, '');
  return new GithubClient({
    apiUrl,
    graphqlUrl: env['GITHUB_GRAPHQL_URL'] ?? `${apiUrl}/graphql`,
    token,
    repository,
  });
}

/** Returns the address of the run that this job belongs to, for readers; undefined outside of GitHub Actions. */
export function runUrl(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
