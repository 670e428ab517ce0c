import { BadInput } from '../cli/bad-input';
import { FAILED } from '../cli/exit-codes';
import { renderTable } from '../cli/terminal/table';

/** What was looked for on AWS: it is there, it did not come to pass, or it is not as this project takes it to be. */
export interface Sighting {
  readonly outcome: 'seen' | 'not seen' | 'different';
  readonly found: string;
}

/** Something that no test without an account can show. */
export interface LiveCheck {
  readonly name: string;
  look(): Promise<Sighting>;
}

/** A stack that is deployed for the test. */
export interface Deployment {
  readonly stack: string;
  /** Returns how many resources its state holds before the test. */
  resources(): Promise<number>;
  deploy(): Promise<void>;
  destroy(): Promise<void>;
}

export interface LiveTest {
  readonly environment: string;
  readonly deployments: readonly Deployment[];
  /** Called once every stack is deployed. */
  readonly checks: () => Promise<readonly LiveCheck[]>;
  /** What the test costs, in sentences. */
  readonly costs: readonly string[];
  readonly ask: (question: string) => Promise<string>;
  readonly say: (line: string) => void;
  /** Aborted where the user interrupts the test: what is deployed is destroyed all the same. */
  readonly interrupted: AbortSignal;
}

const MAX_DESTROYS = 2;

/**
 * Deploys the stacks, looks at what only AWS can show, and destroys them, also after a failure. Returns the exit code.
 *
 * @throws BadInput where a stack is deployed already: the end of the test would take it away
 */
export async function runLiveTest(test: LiveTest): Promise<number> {
  await refuseDeployed(test.deployments);
  for (const line of test.costs) test.say(line);
  const answer = await test.ask(
    `Deploys ${test.deployments.map(({ stack }) => stack).join(' and ')}, and destroys them in the end. Type ${test.environment} to go on: `,
  );
  if (answer.trim() !== test.environment) {
    test.say('nothing was made');
    return FAILED;
  }
  const started: Deployment[] = [];
  let failure: unknown;
  let sightings: readonly (readonly [string, Sighting])[] = [];
  try {
    for (const deployment of test.deployments) {
      test.interrupted.throwIfAborted();
      started.push(deployment);
      await deployment.deploy();
    }
    sightings = await lookAtAll(await test.checks(), test);
  } catch (error) {
    failure = error;
  }
  const left = await destroyAll(started.reverse(), test.say);
  report(sightings, test.say);
  if (failure !== undefined) test.say(`failed: ${messageOf(failure)}`);
  for (const stack of left)
    test.say(`${stack} IS STILL THERE AND COSTS: npm run destroy -- ${stack}, then look into the account`);
  const isDifferent = sightings.some(([, { outcome }]) => outcome === 'different');
  return failure === undefined && left.length === 0 && !isDifferent ? 0 : FAILED;
}

async function refuseDeployed(deployments: readonly Deployment[]): Promise<void> {
  for (const deployment of deployments) {
    const { stack } = deployment;
    const count = await deployment.resources();
    if (count > 0)
      throw new BadInput(
        `${stack}: got a state with ${count} resources; allowed one that is empty, as the test destroys what it finds; name an environment of its own`,
      );
  }
}

/** What one check runs into is what it found, and keeps no other from looking. Each is told at once: a test may be cut off. */
async function lookAtAll(
  checks: readonly LiveCheck[],
  { interrupted, say }: Pick<LiveTest, 'interrupted' | 'say'>,
): Promise<readonly (readonly [string, Sighting])[]> {
  const sightings: (readonly [string, Sighting])[] = [];
  for (const check of checks) {
    const sighting: Sighting = interrupted.aborted
      ? { outcome: 'not seen', found: 'the test was interrupted' }
      : await check.look().catch((error) => ({ outcome: 'not seen', found: messageOf(error) }));
    say(`${check.name}: ${sighting.outcome}: ${sighting.found}`);
    sightings.push([check.name, sighting]);
  }
  return sightings;
}

/** Returns the stacks that are still there: each is tried twice, as what hangs on another may go first. */
async function destroyAll(
  deployments: readonly Deployment[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const deployment of deployments) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await deployment.destroy();
        break;
      } catch (error) {
        say(`${deployment.stack} is not destroyed: ${messageOf(error)}`);
        if (attempt < MAX_DESTROYS) continue;
        left.push(deployment.stack);
        break;
      }
    }
  }
  return left;
}

function report(sightings: readonly (readonly [string, Sighting])[], say: (line: string) => void): void {
  if (sightings.length === 0) return;
  const columns = [{ title: 'what' }, { title: 'outcome' }, { title: 'found' }];
  const rows = sightings.map(([name, { outcome, found }]) => [name, outcome, found]);
  for (const line of renderTable(columns, rows)) say(line);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 500);
}
