import type { Context } from 'hono';
import type { PrewarmApplication } from '../application';
import type { Operation } from '../documentation';
import type { BodyLimits } from '../request-body';

/** What a handler gets besides the HTTP request. */
export interface RouteTools {
  readonly application: PrewarmApplication;
  readonly limits: BodyLimits;
  /** Returns the OpenAPI document of the routes that are served. */
  readonly document: () => object;
}

/** What an application may leave out; a route that needs it is served only where it is there. */
export type OptionalPart = 'receiveList' | 'events' | 'readAccepted';

/** A route: method and path, documentation, handler. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Parameters as OpenAPI writes them, such as `/requests/{id}`. */
  readonly path: `/${string}`;
  readonly operation: Operation;
  /** Served only where the application has this. @default - always served */
  readonly needs?: OptionalPart;
  readonly handle: (context: Context, tools: RouteTools) => Response | Promise<Response>;
}
