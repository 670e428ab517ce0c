/** The OpenAPI document of the prewarm API as synthesis reads it: data, generated from the schemas the functions check by. */
import { openApiDocument } from '../../lambdas/prewarm/api/openapi';

/** An operation of a path. */
export interface OpenApiOperation {
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [field: string]: unknown;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}

export function prewarmOpenApi(): OpenApiDocument {
  return openApiDocument();
}
