import type { Context, NotFoundHandler } from 'hono';
import { failureBody } from '../../api/failure';
import { jsonAnswer } from '../../api/json-answer';
import { ROUTES } from '../../api/routes';
import { visibleText } from '../../engine/model/visible-text';
import type { ServePage } from './page';

/** What a path of the API looks like, with its methods. */
interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

function knownPaths(): readonly KnownPath[] {
  return [...new Set(ROUTES.map(({ path }) => path))].map((path) => {
    const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    return {
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      // A server answers HEAD wherever it answers GET.
      methods: methods.includes('GET') ? [...methods, 'HEAD'] : methods,
    };
  });
}

const PATHS = knownPaths();

/** Returns the routes as a person reads them: method, path, what it is for. */
function routeLines(): readonly string[] {
  return ROUTES.map(({ method, path, operation }) =>
    `${method.toUpperCase().padEnd(6)} ${path.padEnd(16)} ${operation.summary ?? ''}`.trimEnd(),
  );
}

/** Returns what somebody gets who opens the address of the service in a browser. */
function welcome(context: Context): Response | Promise<Response> {
  const text = [
    'The prewarm API of Warmpath, on this machine.',
    '',
    ...routeLines(),
    '',
    '/openapi.json describes each. Where the service was given a key, it asks for it as x-api-key.',
    '',
  ];
  return context.text(text.join('\n'));
}

/**
 * Returns the handler of what no route of the service takes: the page, where there is one, its root with a list of what there is, a known path with the methods that it takes, any
 * other path by saying that there is nothing. The gateway on AWS says 403 to all of them, before the API is reached.
 */
export function unknownRoute(servePage: ServePage = () => undefined): NotFoundHandler {
  return (context) => servePage(context) ?? explain(context);
}

function explain(context: Context): Response | Promise<Response> {
  const { method, path } = context.req;
  if (path === '/' && (method === 'GET' || method === 'HEAD')) return welcome(context);
  const methods = path === '/' ? ['GET', 'HEAD'] : PATHS.find(({ pattern }) => pattern.test(path))?.methods;
  if (methods === undefined) {
    const message = `${visibleText(path, 80)}: there is nothing here; GET / lists the routes, /openapi.json describes them`;
    return jsonAnswer(context, failureBody(Date.now(), message), 404);
  }
  context.header('allow', methods.join(', '));
  const message = `${visibleText(method, 20)} is no method of ${visibleText(path, 80)}; allowed: ${methods.join(', ')}`;
  return jsonAnswer(context, failureBody(Date.now(), message), 405);
}
