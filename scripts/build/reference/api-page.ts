import { always, TAGS } from '../../../lambdas/prewarm/api/documentation';
import { openApiDocument } from '../../../lambdas/prewarm/api/openapi';
import { fieldTable, type Schema, typeText } from './json-schema';
import { code, pageText, table } from './markdown';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly description?: string;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
      }
    >
  >;
}

/** What is read of the document: it is JSON to whoever reads it. */
interface Document {
  readonly info: { readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Route {
  readonly title: string;
  readonly operation: Operation;
}

function contentText(content: Readonly<Record<string, { readonly schema: Schema }>> = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => {
      // The other form of a body is the packed one, which the page describes once.
      const [only = schema] = schema.anyOf ?? [];
      return `${code(type)}: ${typeText(only)}`;
    })
    .join('; ');
}

function routePart({ title, operation }: Route): readonly string[] {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  return [
    `### ${title}`,
    `${summary}. ${description}`,
    ...table(
      ['parameter', 'in', 'type', 'required', 'what'],
      parameters.map((parameter) => [
        code(parameter.name),
        parameter.in,
        typeText(parameter.schema),
        parameter.required ? 'yes' : '',
        parameter.description ?? '',
      ]),
    ),
    ...(requestBody === undefined
      ? []
      : [`Body, ${contentText(requestBody.content)}. ${requestBody.description ?? ''}`.trim()]),
    ...table(
      ['status', 'when', 'body'],
      responseRows(Object.fromEntries(Object.entries(responses).filter(([status]) => !(status in always)))),
    ),
  ];
}

function responseRows(responses: Operation['responses']): readonly (readonly string[])[] {
  return Object.entries(responses).map(([status, response]) => [
    status,
    response.description,
    contentText(response.content),
  ]);
}

/** Returns the page of the HTTP API, rendered from its OpenAPI document. */
export function apiPage(): string {
  const document: Document = JSON.parse(JSON.stringify(openApiDocument({ has: () => true })));
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  return pageText({
    title: 'API of prewarm',
    about: `${document.info.description} Version ${document.info.version}; the same document as JSON is at \`GET /openapi.json\` of every service, and in [prewarm-api.json](../../lambdas/prewarm/openapi/prewarm-api.json) for generators of clients. Written from it by \`npm run build:reference\`.`,
    parts: [
      ...table(
        ['where', 'what'],
        document.servers.map(({ url, description }) => [code(url), description]),
      ),
      'Every call has the header `x-api-key`, where the service asks for one. A JSON body may be compressed: `Content-Encoding: gzip`, or base64 of gzip as `{"input": "…"}`. Besides what stands at each route, every route may answer:',
      ...table(
        ['status', 'when', 'body'],
        responseRows(
          Object.fromEntries(
            Object.entries(routes[0]?.operation.responses ?? {}).filter(([status]) => status in always),
          ),
        ),
      ),
      ...Object.entries(TAGS).flatMap(([tag, about]) => [
        `## ${tag[0]?.toUpperCase()}${tag.slice(1)}`,
        about,
        ...routes.filter(({ operation }) => operation.tags.includes(tag)).flatMap(routePart),
      ]),
      '## Bodies',
      ...Object.entries(document.components.schemas).flatMap(([name, schema]) => [
        `### ${name}`,
        ...fieldTable(schema),
      ]),
    ],
  });
}
