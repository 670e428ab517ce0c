import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PlanResourceChange } from '../../../../scripts/cli/review/input/plan-document';
import { fitSections } from '../../../../scripts/cli/review/render/budget';
import { codeBlock, codeSpan, html } from '../../../../scripts/cli/review/render/foreign-text';
import { renderHtml } from '../../../../scripts/cli/review/render/html';
import { renderJson, reviewJsonSchema, reviewSchema } from '../../../../scripts/cli/review/render/json';
import { renderMarkdown } from '../../../../scripts/cli/review/render/markdown';
import { entry, everyFormOf, markdownOf, plan, review } from './plan-builder';

function many(count: number) {
  return plan(
    ...Array.from({ length: count }, (_, index) =>
      entry(`aws_sqs_queue.queue["${index}"]`, 'update', {
        before: { name: `a${index}` },
        after: { name: `b${index}` },
      }),
    ),
    entry('aws_dynamodb_table.tasks', 'delete,create', {}, { action_reason: 'replace_because_tainted' }),
  );
}

describe('changes that say the same', () => {
  const twelve = Array.from({ length: 12 }, (_, index) =>
    entry(`aws_sqs_queue.slices[${index}]`, 'update', {
      before: { delay_seconds: 0 },
      after: { delay_seconds: 5 },
    }),
  );

  it('are one entry that names every object', () => {
    const text = markdownOf(review(plan(...twelve)));
    expect(text.match(/delay_seconds/g)).toHaveLength(1);
    expect(text).toContain('12 alike changed: `aws_sqs_queue.slices[0]`');
    for (const { address } of twelve) expect(text).toContain(`\`${address}\``);
  });

  it('stay apart where one differs, and where there are two', () => {
    const other = entry('aws_sqs_queue.other', 'update', {
      before: { delay_seconds: 0 },
      after: { delay_seconds: 6 },
    });
    const text = markdownOf(review(plan(...twelve.slice(0, 2), other)));
    expect(text.match(/delay_seconds/g)).toHaveLength(3);
    expect(text).not.toContain('alike');
  });

  it('are one entry among those that need eyes as well', () => {
    const replaced = twelve.map(({ address }) =>
      entry(address, 'delete,create', {}, { action_reason: 'replace_because_tainted' }),
    );
    const [eyes = ''] = markdownOf(review(plan(...replaced))).split('<details');
    expect(eyes.match(/data is lost/g)).toHaveLength(1);
    for (const { address } of replaced) expect(eyes).toContain(`\`${address}\``);
  });
});

describe('tags that change alike on many objects', () => {
  function retagged(count: number) {
    return Array.from({ length: count }, (_, index) =>
      entry(`aws_sqs_queue.slices[${index}]`, 'update', {
        before: { delay_seconds: index, tags_all: { Environment: 'local' } },
        after: { delay_seconds: index + 100, tags_all: { Environment: 'trial' } },
      }),
    );
  }

  it('are told once, in each form for people', () => {
    const stack = review(plan(...retagged(6)));
    const page = renderHtml({ stacks: [stack], fingerprint: 'f'.repeat(32) });
    for (const text of [markdownOf(stack), page]) {
      expect(text.match(/tags_all\.Environment/g)).toHaveLength(1);
      expect(text).toContain('on 6 objects ');
      expect(text.match(/delay_seconds/g)).toHaveLength(6);
    }
  });

  it('stand at each of a few', () => {
    const text = markdownOf(review(plan(...retagged(4))));
    expect(text.match(/tags_all\.Environment/g)).toHaveLength(4);
    expect(text).not.toContain('on 4 objects');
  });
});

describe('the page', () => {
  function page(...changes: PlanResourceChange[]): string {
    return renderHtml({ stacks: [review(plan(...changes))], fingerprint: 'f'.repeat(32) });
  }

  it('has changes and losses that say the same as one entry that names every object', () => {
    const names = Array.from({ length: 30 }, (_, index) => `aws_sqs_queue.slices[${index}]`);
    const deleted = page(...names.map((name) => entry(name, 'delete')));
    expect(deleted.match(/messages that wait in it are lost/g)).toHaveLength(1);
    const changed = page(
      ...names.map((name) => entry(name, 'update', { before: { a: 1 }, after: { a: 2 } })),
    );
    expect(changed.match(/<summary>attributes/g)).toHaveLength(1);
    for (const text of [deleted, changed])
      for (const name of names) expect(text).toContain(`<code>${name}</code>`);
  });

  it('says of a secret that comes that it is there, and of one that stays that it changes', () => {
    const change = { before: { password: 'a' }, after: { password: 'b' } };
    expect(page(entry('aws_db_instance.d', 'update', change))).toContain('(sensitive), its value changes');
    expect(page(entry('aws_db_instance.d', 'create', { after: { password: 'b' } }))).not.toContain(
      'its value changes',
    );
  });

  it('says once for what an object is replaced', () => {
    const text = page(
      entry('aws_sqs_queue.q', 'delete,create', {
        before: { name: 'old', delay_seconds: 1 },
        after: { name: 'new', delay_seconds: 2 },
        replace_paths: [['name']],
      }),
    );
    expect(text.match(/<code>old<\/code>/g)).toHaveLength(1);
    expect(text).toContain('delay_seconds');
  });
});

describe('losses alike', () => {
  it('are one entry that says of each object why', () => {
    const replaced = ['a', 'b', 'c'].map((name) =>
      entry(
        `aws_sqs_queue.${name}`,
        'delete,create',
        { before: { name }, after: { name: `new-${name}` }, replace_paths: [['name']] },
        { action_reason: 'replace_because_cannot_update' },
      ),
    );
    const [eyes = ''] = markdownOf(review(plan(...replaced))).split('<details');
    expect(eyes.match(/data is lost/g)).toHaveLength(1);
    expect(eyes).toMatch(/`aws_sqs_queue\.b`:\n {4}- `name`: `b` -> `new-b`/);
  });
});

describe('what cannot be seen', () => {
  it('is escaped in JSON as well', () => {
    const text = everyFormOf(
      review(
        plan(
          entry('aws_x.y["\u202eevil"]', 'update', { before: { a: 'b' }, after: { a: '\u200b\u{e0041}' } }),
        ),
      ),
    );
    expect(text).not.toMatch(/[\u202e\u200b]|\u{e0041}/u);
    expect(text).toContain('\\u202eevil');
  });

  it('of a change that shows nothing is said', () => {
    expect(
      markdownOf(review(plan(entry('aws_x.y', 'update', { before: { a: null }, after: { a: '' } })))),
    ).toContain('nothing differs but order, form or empty values');
  });
});

describe('Markdown', () => {
  it('never passes the bound of a comment, keeps what is most important and says what is left out', () => {
    const stacks = Array.from({ length: 4 }, (_, index) => review(many(600), { name: `stack-${index}` }));
    const text = renderMarkdown({ stacks, fingerprint: 'f'.repeat(32), wholeAt: 'in the job summary' });
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.length).toBeGreaterThan(60_000);
    for (const { name } of stacks) expect(text).toContain(name);
    expect(text.match(/data is lost/g)?.length).toBe(4);
    expect(text).toMatch(/\d+ more entries are left out here\*\*, whole in the job summary/);
    expect(text).toMatch(/Fingerprint: `f{32}`\n$/);
  });

  it('of more stacks than fit stays within the bound as well', () => {
    const stacks = Array.from({ length: 3_000 }, (_, index) =>
      review(many(1), { name: `stack-${'x'.repeat(60)}${index}` }),
    );
    expect(renderMarkdown({ stacks, fingerprint: 'f'.repeat(32) }).length).toBeLessThanOrEqual(65_536);
  });

  it('says of stacks without changes only how many there are', () => {
    const text = markdownOf(
      review(many(1)),
      review({}, { name: 'quiet-one' }),
      review({}, { name: 'quiet-two' }),
    );
    expect(text).toContain('2 stacks have no changes');
    expect(text).not.toContain('quiet');
    expect(markdownOf(review({}))).toContain('No changes.');
  });

  it('shows the construct path beside the address', () => {
    const stack = review(plan(entry('aws_sqs_queue.q["a"]', 'create')), {
      constructPaths: new Map([['aws_sqs_queue.q', 'prewarm-prod/prewarm/queue']]),
    });
    expect(markdownOf(stack)).toContain('construct `prewarm-prod/prewarm/queue`');
  });
});

describe('the redacted plan of HCP Terraform', () => {
  it.each([renderMarkdown, renderHtml])('is said to be one', (render) => {
    const stacks = [review(plan(), { name: 'a', source: 'redacted-plan' }), review(plan(), { name: 'b' })];
    const text = render({ stacks, fingerprint: 'f'.repeat(32) });
    expect(text).toContain('HCP Terraform redacted the plan of a: configuration');
    expect(render({ stacks: stacks.slice(1), fingerprint: 'f'.repeat(32) })).not.toContain('redacted');
  });
});

describe('the HTML page', () => {
  const replaced = entry(
    'aws_sqs_queue.q',
    'delete,create',
    { before: { name: 'a' }, after: { name: 'b' }, replace_paths: [['name']] },
    { action_reason: 'replace_because_cannot_update' },
  );

  it('tells the old and the new value for which something is replaced, and marks the lines of a text', () => {
    const text = entry('aws_x.y', 'update', { before: { t: 'a\nb\n' }, after: { t: 'a\nc\n' } });
    const stacks = [review(plan(replaced, text))];
    const page = renderHtml({ stacks, fingerprint: 'f'.repeat(32) });
    expect(page).toContain('<code>name</code>: <code>a</code> <span class="to">-&gt;</span> <code>b</code>');
    expect(page).toContain('<span class="removed">-b</span>');
    expect(page).toContain('<details open>');
  });

  it('collapses the stacks where there are several, and begins with what loses data in any of them', () => {
    const opened = entry('aws_lambda_function_url.u', 'create', { after: { authorization_type: 'NONE' } });
    const stacks = [review(plan(opened), { name: 'first' }), review(plan(replaced), { name: 'second' })];
    const page = renderHtml({ stacks, fingerprint: 'f'.repeat(32) });
    expect(page.indexOf('aws_sqs_queue.q')).toBeLessThan(page.indexOf('aws_lambda_function_url.u'));
    expect(page).not.toContain('<details open>');
  });
});

describe('foreign text', () => {
  const hostile = '</details> ``` | <script>alert(1)</script> @team\n# head\u202e\u001b[31m';

  it('breaks neither Markdown nor HTML', () => {
    const document = plan(
      entry(`aws_sqs_queue.q["${hostile}"]`, 'create', { after: { [hostile]: hostile } }),
      entry('aws_dynamodb_table.t', 'delete', {}, { deposed: hostile }),
    );
    const whole = { stacks: [review(document, { name: hostile })], fingerprint: 'f'.repeat(32) };
    const markdown = renderMarkdown(whole);
    expect(markdown.match(/<\/details>\n/g)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left.
    expect(markdown).not.toMatch(/^# head|[\u001b\u202e]/m);
    expect(renderHtml(whole)).not.toContain('<script');
  });

  it('in code is code to its end, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', ' ', 'a', '|', '\n', '<') }), (text) => {
        const span = codeSpan(text);
        const [, ticks = ''] = /^(`+)/.exec(span) ?? [];
        expect(span.endsWith(ticks)).toBe(true);
        const inside = span.slice(ticks.length, -ticks.length || undefined);
        expect(inside.match(/`+/g)?.some((run) => run.length === ticks.length) ?? false).toBe(false);
        expect(span).not.toContain('\n');
        const block = codeBlock(text.split('\n'), 'diff').split('\n');
        expect(block.slice(1, -1)).not.toContain(block.at(-1));
        expect(html(text)).not.toMatch(/[<]/);
      }),
    );
  });
});

describe('the budget', () => {
  it('is never passed, and no entry is lost without being counted', () => {
    const piece = fc
      .record({ rank: fc.nat(9), short: fc.string(), more: fc.string() })
      .map(({ rank, short, more }) => ({
        rank,
        short: `s${short}`,
        full: () => `s${short}${more}`,
      }));
    const section = fc.record({ rank: fc.nat(9), pieces: fc.array(piece, { maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 8 }), fc.nat(400), (sections, room) => {
        const text = fitSections(
          sections.map((each) => ({ ...each, open: '<', close: '>', leftOut: (count) => `[${count} left]` })),
          room + 50,
          (count) => `{${count} sections}`,
        );
        expect(text.length).toBeLessThanOrEqual(room + 50);
      }),
    );
  });
});

describe('JSON', () => {
  it('is what the published schema says', () => {
    const document = JSON.parse(renderJson({ stacks: [review(many(3))], fingerprint: 'f'.repeat(32) }));
    expect(reviewSchema.parse(document)).toMatchObject({
      stacks: [{ counts: { change: 3, replace: 1 }, needsEyes: ['aws_dynamodb_table.tasks'] }],
    });
    const published = readFileSync(join(__dirname, '../../../../docs/review.schema.json'), 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(reviewJsonSchema()));
  });
});
