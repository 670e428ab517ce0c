import type { Context } from 'hono';
import type { PrewarmApplication } from '../application';
import type { Operation } from '../documentation';
import type { BodyLimits } from '../request-body';

/** What a handler works with. */
export interface RouteTools {
  readonly application: PrewarmApplication;
  readonly limits: BodyLimits;
  /** The OpenAPI document of the routes that are served. */
  readonly document: object;
}

/** A route: what it is called by, what clients have to know of it, and what it does. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Parameters as OpenAPI writes them, such as `/requests/{id}`. */
  readonly path: `/${string}`;
  readonly operation: Operation;
  /** Served only where the application has this. @default - always served */
  readonly needs?: 'receiveList';
  readonly handle: (context: Context, tools: RouteTools) => Response | Promise<Response>;
}
