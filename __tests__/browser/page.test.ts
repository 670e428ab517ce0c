import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { PageFiles } from '../../lambdas/prewarm/one-machine/service/page';
import type { RunningService } from '../../lambdas/prewarm/one-machine/service/service';
import { startFront } from '../../scripts/cli/prewarm/front/front-service';
import { type LoopbackCdn, startLoopbackCdn } from '../../scripts/loopback-cdn';
import { quietLog, removeDir, tempDir } from '../lambdas/prewarm/one-machine/engine/engine-fixture';
import { violationsIn } from './support/axe';
import { launchBrowser } from './support/chromium';
import { startGateway } from './support/gateway';
import { builtPage, startPageService } from './support/page-service';

/** Where 500 PoPs stand. */
const AIRPORTS = [
  'FRA',
  'NRT',
  'IAD',
  'GRU',
  'SYD',
  'JNB',
  'BOM',
  'LHR',
  'SEA',
  'SIN',
  'DXB',
  'ARN',
  'MAD',
  'YUL',
  'HNL',
  'EZE',
];

/** Ends what hangs; a busy machine takes long for a browser. */
const PATIENCE_MS = 120_000;

describe('the page in a browser', () => {
  let cdn: LoopbackCdn;
  let browser: Browser;
  let page: PageFiles;
  let service: RunningService;
  let dataDir: string;
  /** What the browser complains of: a refused script or style, an error that nobody caught. */
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await tempDir();
    [cdn, page, browser] = await Promise.all([
      startLoopbackCdn({
        pops: ['FRA56-P4', 'NRT57-P3', 'IAD89-P1'],
        objects: { '/missing.jpg': { status: 404, body: '' } },
      }),
      builtPage(),
      launchBrowser(),
    ]);
    cdn.inject({ path: /^\/slow/, fault: { kind: 'slow', delayMs: 300 } });
    service = await startPageService(cdn, dataDir, page);
  }, PATIENCE_MS);
  afterAll(async () => {
    await browser.close();
    await service.stop();
    await cdn.close();
    await removeDir(dataDir);
  }, PATIENCE_MS);
  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const tab = await context.newPage();
    tab.on('pageerror', (error) => complaints.push(String(error)));
    tab.on('console', (message) => {
      if (message.type() === 'error' && /policy|trusted/i.test(message.text()))
        complaints.push(message.text());
    });
    await tab.goto(service.url + path);
    return tab;
  }

  function urls(paths: readonly string[]): string {
    return paths.map((path) => `https://${cdn.distributionDomain}${path}`).join('\n');
  }

  function listField(tab: Page): Locator {
    return tab.getByRole('textbox', { name: 'URLs to warm' });
  }

  async function choosePops(tab: Page, ...codes: readonly string[]): Promise<void> {
    await tab.getByText('All PoPs').click();
    await choosePopsOfOpenList(tab, ...codes);
  }

  async function choosePopsOfOpenList(tab: Page, ...codes: readonly string[]): Promise<void> {
    for (const code of codes) {
      await tab.getByLabel('Filter by code').fill(code);
      await tab.getByRole('checkbox', { name: code }).check();
    }
  }

  /** Saves a picture for the documentation where PAGE_PICTURES names a folder. */
  async function takePicture(tab: Page, name: string): Promise<void> {
    const folder = process.env['PAGE_PICTURES'];
    if (folder !== undefined) await tab.screenshot({ path: join(folder, `${name}.png`) });
  }

  async function begin(tab: Page, list: string): Promise<void> {
    await listField(tab).fill(list);
    await choosePops(tab, 'FRA56-P4', 'NRT57-P3');
    await tab.getByRole('button', { name: 'Warm', exact: true }).click();
    await tab.getByRole('heading', { name: 'Prewarm of' }).waitFor();
  }

  const MANY = Array.from({ length: 1_000 }, (_, index) => `/slow-${index}`);

  it('takes a list from its estimate to its end, with failures, their advice and the reports', async () => {
    const tab = await open();
    await listField(tab).fill(urls(['/a', '/b', '/missing.jpg']));
    await tab.getByText('AWS cost').waitFor();
    await choosePops(tab, 'FRA56-P4', 'NRT57-P3');
    await tab.getByText('2 PoPs').waitFor();
    await tab.getByRole('button', { name: 'Warm', exact: true }).click();
    await tab.getByText('6 of 6 fetches, 100 %').waitFor();
    await tab.getByText('ended', { exact: true }).waitFor();
    await tab.getByRole('heading', { name: 'HTTP 404' }).waitFor();
    expect(await tab.getByText('check the path, signed URLs').count()).toBe(1);
    const [download] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByRole('button', { name: 'CSV of the failures' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^prewarm-[0-9a-f-]{36}\.csv$/);

    await tab.getByRole('button', { name: 'Failed', exact: true }).click();
    await tab.getByText('Sorted by Failed, largest first').waitFor();

    await tab.getByRole('button', { name: 'Repeat the failures only' }).click();
    await tab.getByRole('heading', { name: 'Warm a list' }).waitFor();
    expect(await listField(tab).inputValue()).toBe(urls(['/missing.jpg']));
    await tab.getByText('2 PoPs').waitFor();

    await tab.goBack();
    await tab.getByRole('button', { name: 'Repeat all' }).click();
    await tab.getByRole('heading', { name: 'Warm a list' }).waitFor();
    expect(await listField(tab).inputValue()).toBe(urls(['/a', '/b', '/missing.jpg']));
    await tab.context().close();
  });

  it('repeats what another browser sent, by the list that the service keeps', async () => {
    const first = await open();
    await begin(first, urls(['/of-another', '/of-another', '/browser']));
    await first.getByText('ended', { exact: true }).waitFor();
    const address = first.url();
    await first.context().close();
    const second = await open(new URL(address).hash.replace(/^/, '/'));
    await second.getByRole('button', { name: 'Repeat all' }).click();
    await second.getByText('2 URLs, read as one URL per line').waitFor();
    expect(await listField(second).inputValue()).toBe(urls(['/of-another', '/browser']));
    await second.getByText('2 PoPs').waitFor();
    await second.context().close();
  });

  it('takes PoPs from the map, a region, a country and the places nearest to a city', async () => {
    const tab = await open();
    const count = tab.locator('strong[role=status]');
    await tab.locator('[data-site=FRA]').click();
    await tab.locator('[data-site=FRA].s-chosen').waitFor();
    const ofFrankfurt = await count.textContent();
    expect(ofFrankfurt).toMatch(/^\d+ PoPs$/);
    await tab.locator('[data-site=FRA]').click();
    await tab.getByText('The usual PoPs', { exact: true }).waitFor();
    await tab.getByLabel('Add a region').selectOption('eu');
    await tab.locator('[data-site=FRA].s-chosen').waitFor();
    await tab.getByRole('button', { name: 'Choose none' }).click();
    await tab.getByLabel('Add a country').selectOption({ index: 1 });
    expect(await count.textContent()).toMatch(/^\d+ PoPs?$/);
    await tab.getByRole('button', { name: 'Choose none' }).click();
    await tab.getByLabel('Nearest to').fill('nowhere at all');
    await tab.getByRole('button', { name: 'Add the nearest' }).click();
    await tab.getByText('Not a city with a PoP').waitFor();
    await tab.getByLabel('Nearest to').fill('tokyo');
    await tab.getByLabel('How many').fill('2');
    await tab.getByRole('button', { name: 'Add the nearest' }).click();
    await tab.getByText('2 PoPs', { exact: true }).waitFor();
    await tab.locator('[data-site=NRT].s-chosen').waitFor();
    await tab.context().close();
  });

  it('starts a request once where the answer to it was lost and it is sent again', async () => {
    const tab = await open();
    await listField(tab).fill(urls(['/sent-twice']));
    await choosePops(tab, 'FRA56-P4');
    const keys: string[] = [];
    const answers: string[] = [];
    await tab.route('**/prewarm', async (route) => {
      const body = JSON.parse(gunzipSync(route.request().postDataBuffer()!).toString());
      keys.push(body.idempotency_key);
      const response = await route.fetch();
      answers.push((await response.json()).request_id);
      await (keys.length === 1 ? route.abort() : route.fulfill({ response }));
    });
    await tab.getByRole('button', { name: 'Warm', exact: true }).click();
    await tab.getByText('The service does not answer.').waitFor();
    await tab.getByRole('button', { name: 'Warm', exact: true }).click();
    await tab.getByRole('heading', { name: 'Prewarm of' }).waitFor();
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect([keys[1], answers[1]]).toEqual([keys[0], answers[0]]);
    await tab.context().close();
  });

  it('says by line what is wrong with a list, before and after the service has seen it', async () => {
    const tab = await open();
    await listField(tab).fill(`${urls(['/a'])}\nftp://x/\n${urls(['/b'])}\nno url \u202e<b>`);
    await tab.getByText('2 lines cannot be warmed').waitFor();
    expect(await tab.getByRole('alert').textContent()).toMatch(/Line 2:.*ftp:.*Line 4:.*no url \\u202e<b>/);
    expect(await tab.getByRole('button', { name: 'Warm', exact: true }).isDisabled()).toBe(true);
    await tab.getByRole('button', { name: 'Leave these lines out' }).click();
    await tab.getByText('2 URLs').waitFor();

    await listField(tab).fill(`${urls(['/a'])}\n\nhttps://other.example/c`);
    await tab.getByText('1 line cannot be warmed').waitFor();
    expect(await tab.getByRole('alert').textContent()).toMatch(/Line 3: https:\/\/other\.example\/c/);
    await tab.locator('.reason').first().waitFor();
    await tab.context().close();
  });

  it('shows what fails while it goes on, stops when told to, and keeps what was done', async () => {
    const tab = await open();
    await begin(tab, urls(['/missing.jpg', ...MANY]));
    await tab.getByText('live', { exact: true }).waitFor();
    await tab.getByRole('heading', { name: 'HTTP 404' }).waitFor();
    await tab.getByLabel('Instances of the fleet').fill('3');
    await tab.getByRole('button', { name: 'Set', exact: true }).click();
    await tab.getByText('The fleet has 3 instances now.').waitFor();
    await tab.getByRole('button', { name: 'Stop', exact: true }).click();
    await tab.getByRole('button', { name: 'Go on' }).click();
    await tab.getByRole('button', { name: 'Stop', exact: true }).click();
    await tab.getByRole('button', { name: 'Stop it' }).click();
    await tab.getByText('stopped', { exact: true }).waitFor();
    await tab.getByText('ended', { exact: true }).waitFor();
    await tab.context().close();
  });

  it('goes on over a restart of the service, without a reload', async () => {
    const tab = await open();
    await begin(tab, urls(MANY));
    await tab.getByText('live', { exact: true }).waitFor();
    await tab.evaluate('window.notReloaded = true');
    const { port } = new URL(service.url);
    await service.stop();
    await tab.getByText('trying again').waitFor();
    service = await startPageService(cdn, dataDir, page, { port: Number(port) });
    await tab.getByText('live', { exact: true }).waitFor();
    await tab.getByRole('button', { name: 'Stop', exact: true }).click();
    await tab.getByRole('button', { name: 'Stop it' }).click();
    await tab.getByText('ended', { exact: true }).waitFor();
    expect(await tab.evaluate('window.notReloaded')).toBe(true);
    await tab.context().close();
  });

  it('takes a dropped file of 100,000 lines', async () => {
    const tab = await open();
    const lines = Array.from({ length: 100_000 }, (_, index) => `/dropped/${index}`);
    // As text: what runs in the browser is no code of Node.
    await tab.evaluate(`{
      const files = new DataTransfer();
      files.items.add(new File([${JSON.stringify(urls(lines))}], 'list.txt', { type: 'text/plain' }));
      document.querySelector('.drop').dispatchEvent(
        new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }),
      );
    }`);
    await tab.getByText('list.txt, ').waitFor();
    await tab.getByText('100,000 URLs, read as one URL per line').waitFor();
    await tab.getByText('AWS cost').waitFor();
    await choosePops(tab, 'FRA56-P4');
    await tab.getByText('1 PoP', { exact: true }).waitFor();
    await tab.getByRole('button', { name: 'Warm', exact: true }).click();
    await tab.getByText('100,000 URLs × ').waitFor();
    await tab.getByRole('button', { name: 'Stop', exact: true }).click();
    await tab.getByRole('button', { name: 'Stop it' }).click();
    await tab.getByText('ended', { exact: true }).waitFor();
    await tab.context().close();
  });

  it('shows two tabs the same request, each with what the other did to it', async () => {
    const first = await open();
    await begin(first, urls(MANY));
    const second = await first.context().newPage();
    await second.goto(first.url());
    await second.getByText('live', { exact: true }).waitFor();
    await second.getByRole('button', { name: 'Stop', exact: true }).click();
    await second.getByRole('button', { name: 'Stop it' }).click();
    for (const tab of [first, second]) await tab.getByText('stopped', { exact: true }).waitFor();
    await first.context().close();
  });

  it('shows 500 PoPs on the map and in a table that sorts', async () => {
    const codes = Array.from(
      { length: 500 },
      (_, index) => `${AIRPORTS[index % AIRPORTS.length]}${50 + Math.floor(index / AIRPORTS.length)}-P1`,
    );
    const wide = await startLoopbackCdn({
      pops: codes,
      objects: { '/missing.jpg': { status: 404, body: '' } },
    });
    const folder = await tempDir();
    const own = await startPageService(wide, folder, page);
    try {
      wide.inject({ path: /^\/some/, pop: codes[7]!, fault: { kind: 'status', status: 503 } });
      const tab = await open('/', { viewport: { width: 1100, height: 1000 } });
      await tab.goto(own.url);
      const list = ['/some', '/missing.jpg', '/c'].map((path) => `https://${wide.distributionDomain}${path}`);
      await listField(tab).fill(JSON.stringify({ url_list: list, target_type: 'pop', pops: codes }));
      await tab.getByText('read as a JSON body').waitFor();
      await tab.getByRole('button', { name: 'Warm', exact: true }).click();
      await tab.getByText('1,500 of 1,500 fetches').waitFor();
      await tab.getByText('ended', { exact: true }).waitFor();
      expect(await tab.getByRole('row').count()).toBe(501);
      await tab.getByRole('button', { name: 'PoP', exact: true }).click();
      await tab.getByText('Sorted by PoP, largest first').waitFor();
      const last = [...codes].sort().at(-1)!;
      expect(await tab.getByRole('row').nth(1).textContent()).toContain(last);
      await tab.getByRole('heading', { name: 'Points of presence' }).scrollIntoViewIfNeeded();
      await takePicture(tab, 'page-500-pops');
      await tab.context().close();
    } finally {
      await own.stop();
      await wide.close();
      await removeDir(folder);
    }
  });

  it('looks back: search, two to compare, and what differs', async () => {
    const tab = await open('/#/requests');
    await tab.getByRole('heading', { name: 'History' }).waitFor();
    const boxes = tab.getByRole('checkbox', { name: 'for a comparison' });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await tab.getByLabel('Search by').fill('nothing has this');
    await tab.getByText('No request matches.').waitFor();
    await tab.getByLabel('Search by').fill(cdn.distributionDomain.toUpperCase());
    await tab.getByRole('button', { name: 'Compare the two chosen' }).click();
    await tab.getByRole('rowheader', { name: 'Hit ratio before' }).waitFor();
    await tab.getByRole('link', { name: 'First' }).click();
    await tab.getByRole('heading', { name: 'Prewarm of' }).waitFor();
    await tab.context().close();
  });

  it('keeps lists under names, of which none is markup', async () => {
    const tab = await open();
    await listField(tab).fill(urls(['/kept']));
    await tab.getByLabel('Name', { exact: true }).fill('<img src=x onerror=alert(1)>\u202e');
    await tab.getByRole('button', { name: 'Save this list' }).click();
    await tab.getByText('is saved in this browser').waitFor();
    await tab.reload();
    await tab.getByText('<img src=x onerror=alert(1)>\\u202e').waitFor();
    await tab.getByRole('button', { name: 'Load <img' }).click();
    await tab.getByText('1 URL, read as').waitFor();
    expect(await listField(tab).inputValue()).toBe(urls(['/kept']));
    await tab.context().close();
  });

  it('is worked by keyboard alone', async () => {
    const tab = await open();
    await listField(tab).waitFor();
    async function press(key: string, times = 1): Promise<void> {
      for (let time = 0; time < times; time += 1) await tab.keyboard.press(key);
    }
    /** Goes on by Tab to the element that has this text or label. */
    async function reach(name: string): Promise<void> {
      for (let steps = 0; steps < 200; steps += 1) {
        await press('Tab');
        const label = await tab.evaluate<string>(
          `document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent`,
        );
        if (label.startsWith(name)) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    }
    await press('Tab');
    await press('Enter');
    await reach('URLs to warm');
    await tab.keyboard.insertText(urls(['/by-keyboard', '/missing.jpg']));
    await tab.getByText('AWS cost').waitFor();
    await reach('Nearest to');
    await tab.keyboard.insertText('50.03,8.57');
    await reach('Add the nearest');
    await press('Enter');
    await tab.getByText('3 PoPs', { exact: true }).waitFor();
    await reach('Choose none');
    await press('Enter');
    await reach('All PoPs');
    await press('Enter');
    await reach('Filter by');
    await tab.keyboard.insertText('NRT57-P3');
    await reach('NRT57-P3');
    await press('Space');
    await tab.getByText('1 PoP', { exact: true }).waitFor();
    await tab.keyboard.press('Shift+Tab');
    await reach('Name');
    for (let steps = 0; steps < 60; steps += 1) {
      await tab.keyboard.press('Shift+Tab');
      if ((await tab.evaluate('document.activeElement.textContent')) === 'Warm') break;
    }
    await press('Enter');
    await tab.getByText('ended', { exact: true }).waitFor();
    await reach('CSV of the failures');
    const [download] = await Promise.all([tab.waitForEvent('download'), press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
    await tab.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe objects to, in %s, from the list to the comparison',
    async (theme) => {
      const tab = await open('/', { colorScheme: theme, viewport: { width: 1200, height: 900 } });
      await listField(tab).fill(`${urls(['/a'])}\nbad`);
      await tab.getByRole('alert').waitFor();
      await tab.getByText('All PoPs').click();
      expect(await violationsIn(tab)).toEqual([]);
      await listField(tab).fill(urls(['/axe', '/missing.jpg']));
      await tab.getByText('AWS cost').waitFor();
      await takePicture(tab, `page-submit-${theme}`);
      expect(await violationsIn(tab)).toEqual([]);
      await choosePopsOfOpenList(tab, 'FRA56-P4', 'NRT57-P3');
      await tab.getByRole('button', { name: 'Warm', exact: true }).click();
      await tab.getByText('ended', { exact: true }).waitFor();
      await tab.getByRole('heading', { name: 'HTTP 404' }).waitFor();
      await takePicture(tab, `page-follow-${theme}`);
      expect(await violationsIn(tab)).toEqual([]);
      await tab.goto(`${service.url}/#/requests`);
      await tab.getByRole('heading', { name: 'History' }).waitFor();
      const boxes = tab.getByRole('checkbox', { name: 'for a comparison' });
      await boxes.nth(0).check();
      expect(await violationsIn(tab)).toEqual([]);
      await tab.context().close();
    },
  );

  it('fits a phone of 360 points: nothing is wider than the screen', async () => {
    const tab = await open('/', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await begin(tab, urls(['/phone', '/missing.jpg', `/${'long'.repeat(60)}`]));
    await tab.getByText('ended', { exact: true }).waitFor();
    await takePicture(tab, 'page-phone-dark');
    for (const fragment of ['#/requests', '#/']) {
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await tab.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await tab.getByRole('heading', { level: 1 }).waitFor();
    }
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await violationsIn(tab)).toEqual([]);
    await tab.context().close();
  });

  it('runs no script and loads nothing but its own, and stands in no frame', async () => {
    const answer = await fetch(service.url, { headers: { accept: 'text/html' } });
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const tab = await open();
    const asked = new Set<string>();
    tab.on('request', (request) => asked.add(new URL(request.url()).origin));
    await tab.reload();
    await listField(tab).waitFor();
    expect([...asked].filter((origin) => origin !== service.url && origin !== 'null')).toEqual([]);
    await tab.context().close();
  });

  it('is at most 150 KB in all, compressed', async () => {
    let sizeBytes = 0;
    for (const path of ['/', '/page.js', '/page.css']) {
      const answer = await fetch(service.url + path, { headers: { accept: 'text/html' } });
      expect(answer.headers.get('content-encoding')).toBe('gzip');
      sizeBytes += Number(answer.headers.get('content-length') ?? gzipSync(await answer.text()).length);
    }
    expect(sizeBytes).toBeLessThanOrEqual(150_000);
  });

  describe('where the service asks for a key', () => {
    const KEY = 'a-key-of-the-test-with-length';
    const OTHER_KEY = 'another-key-with-length-too';
    let keyed: RunningService;
    let folder: string;
    beforeAll(async () => {
      folder = await tempDir();
      keyed = await startPageService(cdn, folder, page, { apiKey: KEY });
    });
    afterAll(async () => {
      await keyed.stop();
      await removeDir(folder);
    });

    it('asks for it, refuses a wrong one, and sends the right one along to the end', async () => {
      const tab = await open();
      await tab.goto(keyed.url);
      await tab.getByLabel('Key', { exact: true }).fill('not-the-key-of-this-service');
      await tab.getByRole('button', { name: 'Use this key' }).click();
      await tab.getByText('does not take this key').waitFor();
      expect(await violationsIn(tab)).toEqual([]);
      await tab.getByLabel('Key', { exact: true }).fill(KEY);
      await tab.getByRole('button', { name: 'Use this key' }).click();
      await begin(tab, urls(['/keyed', '/missing.jpg']));
      await tab.getByText('ended', { exact: true }).waitFor();
      const [download] = await Promise.all([
        tab.waitForEvent('download'),
        tab.getByRole('button', { name: 'HTML', exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/\.html$/);
      expect(await tab.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(KEY);
      await tab.context().close();
    });

    it('asks again where the key is changed in the middle, and goes on where it was', async () => {
      const tab = await open();
      await tab.goto(keyed.url);
      await tab.getByLabel('Key', { exact: true }).fill(KEY);
      await tab.getByRole('button', { name: 'Use this key' }).click();
      await begin(tab, urls(MANY));
      await tab.getByText('live', { exact: true }).waitFor();
      const { port } = new URL(keyed.url);
      await keyed.stop();
      keyed = await startPageService(cdn, folder, page, { apiKey: OTHER_KEY, port: Number(port) });
      await tab.getByText('does not take the key any more').waitFor();
      await tab.getByLabel('Key', { exact: true }).fill(OTHER_KEY);
      await tab.getByRole('button', { name: 'Use this key' }).click();
      await tab.getByText('live', { exact: true }).waitFor();
      await tab.getByRole('button', { name: 'Stop', exact: true }).click();
      await tab.getByRole('button', { name: 'Stop it' }).click();
      await tab.getByText('ended', { exact: true }).waitFor();
      await tab.context().close();
    });

    it('needs none in front of a deployed endpoint, which it polls to the end', async () => {
      const gateway = await startGateway(keyed.url);
      const front = await startFront({
        access: { endpoint: new URL(`${gateway.url}/prod/`), apiKey: OTHER_KEY },
        host: '127.0.0.1',
        port: 0,
        page,
        log: quietLog,
      });
      try {
        const tab = await open();
        await tab.goto(front.url);
        await begin(tab, urls(['/through-the-front', '/missing.jpg', ...MANY.slice(0, 50)]));
        await tab.getByText('asks every two seconds').waitFor();
        await tab.getByText('ended', { exact: true }).waitFor();
        await tab.getByRole('heading', { name: 'HTTP 404' }).waitFor();
        const [download] = await Promise.all([
          tab.waitForEvent('download'),
          tab.getByRole('button', { name: 'JSON', exact: true }).click(),
        ]);
        expect(download.suggestedFilename()).toMatch(/\.json$/);
        await tab.getByRole('button', { name: 'Repeat all' }).click();
        await tab.getByText('52 URLs').waitFor();
        await tab.context().close();
      } finally {
        await front.end();
        await gateway.close();
      }
    });
  });
});
