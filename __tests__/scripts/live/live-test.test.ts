import fc from 'fast-check';
import { costsOf } from '../../../scripts/live/costs';
import { type LiveTest, runLiveTest, type Sighting } from '../../../scripts/live/live-test';

const SEEN: Sighting = { outcome: 'seen', found: 'as documented' };

/** Stacks in memory that note what is done with them. */
class Account {
  readonly done: string[] = [];
  readonly lines: string[] = [];
  readonly up = new Set<string>();
  asked = '';
  readonly interruption = new AbortController();
  /** Steps that fail, such as `deploy b`, each as often as it stands here. */
  readonly faults: string[] = [];

  async step(verb: string, stack: string): Promise<void> {
    this.done.push(`${verb} ${stack}`);
    if (verb === 'deploy') this.up.add(stack);
    const fault = this.faults.indexOf(`${verb} ${stack}`);
    if (fault >= 0) {
      this.faults.splice(fault, 1);
      throw new Error(`${verb} of ${stack} failed`);
    }
    if (verb === 'destroy') this.up.delete(stack);
  }

  run(test: Partial<LiveTest> = {}, answer = 'trial', resources = 0): Promise<number> {
    return runLiveTest({
      environment: 'trial',
      deployments: ['a', 'b'].map((stack) => ({
        stack,
        resources: () => Promise.resolve(resources),
        deploy: () => this.step('deploy', stack),
        destroy: () => this.step('destroy', stack),
      })),
      costs: ['about 1 USD'],
      checks: () => Promise.resolve([{ name: 'boot', look: () => Promise.resolve(SEEN) }]),
      ask: (question) => {
        this.asked = `${this.lines.join('\n')}\n${question}`;
        return Promise.resolve(answer);
      },
      say: (line) => {
        this.lines.push(line);
      },
      interrupted: this.interruption.signal,
      ...test,
    });
  }

  get text(): string {
    return this.lines.join('\n');
  }
}

it('says what it costs and asks, deploys, looks, destroys in the other order, and tells what was seen', async () => {
  const account = new Account();
  expect(await account.run()).toBe(0);
  expect(account.asked).toMatch(/about 1 USD[\s\S]*Deploys a and b[\s\S]*Type trial/);
  expect(account.done).toEqual(['deploy a', 'deploy b', 'destroy b', 'destroy a']);
  expect(account.text).toMatch(/boot +seen +as documented/);
});

it('tells each sighting before anything is destroyed, so that a test that is cut off has told it', async () => {
  const account = new Account();
  const told: string[] = [];
  await account.run({
    deployments: [
      {
        stack: 'a',
        resources: () => Promise.resolve(0),
        deploy: () => Promise.resolve(),
        destroy: async () => void told.push(...account.lines),
      },
    ],
  });
  expect(told).toContain('boot: seen: as documented');
});

it.each(['', 'yes', 'n', 'prod'])('makes nothing after the answer %j', async (answer) => {
  const account = new Account();
  expect(await account.run({}, answer)).toBe(1);
  expect(account.done).toEqual([]);
});

it('refuses an environment that is deployed already, before it asks', async () => {
  const account = new Account();
  await expect(account.run({}, 'trial', 61)).rejects.toThrow(/a: got a state with 61 resources; allowed/);
  expect(account.asked).toBe('');
  expect(account.done).toEqual([]);
});

it('destroys what it began to deploy after a failure in the middle, and says the failure', async () => {
  const account = new Account();
  account.faults.push('deploy b');
  expect(await account.run()).toBe(1);
  expect(account.done).toEqual(['deploy a', 'deploy b', 'destroy b', 'destroy a']);
  expect(account.up.size).toBe(0);
  expect(account.text).toContain('failed: deploy of b failed');
});

it('destroys where the outputs cannot be read, and where a check throws, which is told as not seen', async () => {
  const account = new Account();
  expect(await account.run({ checks: () => Promise.reject(new Error('no outputs')) })).toBe(1);
  expect(account.up.size).toBe(0);

  const other = new Account();
  const checks = [
    { name: 'boot', look: () => Promise.reject(new Error('AccessDenied')) },
    { name: 'pool', look: () => Promise.resolve(SEEN) },
  ];
  expect(await other.run({ checks: () => Promise.resolve(checks) })).toBe(0);
  expect(other.text).toMatch(/boot +not seen +AccessDenied/);
  expect(other.text).toMatch(/pool +seen/);
});

it('ends with 1 where AWS is different', async () => {
  const account = new Account();
  const sighting: Sighting = { outcome: 'different', found: 'no gzip' };
  const checks = [{ name: 'gzip', look: () => Promise.resolve(sighting) }];
  expect(await account.run({ checks: () => Promise.resolve(checks) })).toBe(1);
  expect(account.text).toMatch(/gzip +different +no gzip/);
});

it('tries to destroy twice, and names with the command to type what is still there', async () => {
  const once = new Account();
  once.faults.push('destroy b');
  expect(await once.run()).toBe(0);
  expect(once.done.slice(2)).toEqual(['destroy b', 'destroy b', 'destroy a']);

  const twice = new Account();
  twice.faults.push('destroy b', 'destroy b');
  expect(await twice.run()).toBe(1);
  expect(twice.up).toEqual(new Set(['b']));
  expect(twice.done.at(-1)).toBe('destroy a');
  expect(twice.text).toContain('b IS STILL THERE AND COSTS: npm run destroy -- b');
});

it('an interrupt keeps it from going on, and not from destroying', async () => {
  const account = new Account();
  const interrupting = {
    stack: 'a',
    resources: () => Promise.resolve(0),
    deploy: async () => {
      await account.step('deploy', 'a');
      account.interruption.abort();
    },
    destroy: () => account.step('destroy', 'a'),
  };
  const never = { ...interrupting, stack: 'b', deploy: () => account.step('deploy', 'b') };
  expect(await account.run({ deployments: [interrupting, never] })).toBe(1);
  expect(account.done).toEqual(['deploy a', 'destroy a']);
});

it('leaves nothing behind but what it names, whichever steps fail', async () => {
  const step = fc.constantFrom('deploy a', 'deploy b', 'destroy a', 'destroy b');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (faults, areChecksReady) => {
      const account = new Account();
      account.faults.push(...faults);
      const code = await account.run(
        areChecksReady ? {} : { checks: () => Promise.reject(new Error('no outputs')) },
      );
      const named = account.lines.flatMap((line) => /^(\w) IS STILL THERE/.exec(line)?.[1] ?? []);
      expect(new Set(named)).toEqual(account.up);
      if (account.up.size > 0) expect(code).toBe(1);
    }),
  );
});

it('counts what runs by itself and the instances that can run', () => {
  const configuration = {
    resource: {
      aws_kms_key: { key: {} },
      aws_autoscaling_group: { group: { max_size: 3 } },
      aws_sqs_queue: { queue: {} },
    },
  };
  const text = costsOf([{ name: 'prewarm-trial', configuration }]).join('\n');
  expect(text).toContain('at most 6 run');
  expect(text).toContain('at most about 0.36 USD');
});
