import { createConfig, lintFromString } from '@redocly/openapi-core';
import { openApiDocument } from '../../../../lambdas/prewarm/api/openapi';
import { fakeService } from './fake-application';

const document = openApiDocument({ has: () => true });

function operationsOf({ paths }: { readonly paths: object }): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe('the OpenAPI document', () => {
  it('is served as it is generated', async () => {
    const { status, json } = await fakeService().call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(json).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has exactly the routes of the router', () => {
    const routes = fakeService()
      .router.routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(':id', '{id}')}`);
    expect(new Set(routes)).toEqual(new Set(operationsOf(document)));
  });

  it('describes upload, events and accepted lists only where a process stays: a function behind a gateway has none of them', () => {
    const behindGateway = operationsOf(openApiDocument());
    expect(operationsOf(document).filter((route) => !behindGateway.includes(route))).toEqual([
      'PUT /lists/{id}',
      'GET /prewarm/{id}/events',
      'GET /requests/{id}/urls',
    ]);
  });

  it('says of each format of a report what it is', () => {
    expect(document.paths['/report']!['get']!.responses['200']!.content).toEqual({
      'text/csv': { schema: { type: 'string' } },
      'application/json': { schema: { $ref: '#/components/schemas/Report' } },
      'text/html': { schema: { type: 'string' } },
    });
  });

  it('refers only to schemas that it has', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    const names = Object.keys(document.components.schemas).map(
      (name) => `"$ref":"#/components/schemas/${name}"`,
    );
    expect(references.length).toBeGreaterThan(20);
    expect([...new Set(references)].filter((reference) => !names.includes(reference))).toEqual([]);
  });

  it('uses no word that API Gateway does not import', () => {
    const words = JSON.stringify(document);
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(words).not.toMatch(
      /"(\$schema|\$defs|definitions|const|prefixItems|propertyNames|exclusiveMinimum":\d)/,
    );
  });

  it('describes an error of every kind for every operation that takes a body', () => {
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods)) {
        if (!('requestBody' in operation) || operation.operationId === 'putList') continue;
        expect(Object.keys((operation as { responses: object }).responses)).toEqual(
          expect.arrayContaining(['200', '400', '403', '413', '415', '500']),
        );
      }
    }
  });

  it.each([
    ['behind a gateway', openApiDocument()],
    ['on one machine', document],
  ])('breaks no recommended rule of redocly, %s', async (_, served) => {
    const config = await createConfig({
      extends: ['recommended'],
      // Recommended by the next major version.
      rules: { 'no-required-schema-properties-undefined': 'error', 'nullable-type-sibling': 'error' },
    });
    const problems = await lintFromString({ source: JSON.stringify(served), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  });

  it('has what spectral recommends beside these: servers, a contact, and of each operation a description and a known tag', () => {
    const tags = document.tags.map(({ name }) => name);
    expect(document.servers).not.toEqual([]);
    expect(document.info.contact).toBeDefined();
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation.description).not.toBe('');
      expect(tags).toContain(operation.tags[0]);
    }
  });
});
