import * as z from 'zod';
import { requestBody, requestLine } from '../../../../lambdas/prewarm/api/bodies';
import { estimateBody } from '../../../../lambdas/prewarm/api/routes/estimate';
import type { EstimateView, RequestPage, RequestView } from '../../../../lambdas/prewarm/client/views';
import { OUTCOME_KINDS, type OutcomeKind } from '../../../../lambdas/prewarm/engine/model/outcome';
import { type ApiResponse, ApiUnreachable } from './api-client';

/** Counts by outcome of a service that may be of another version: kinds that it does not know are 0, and new ones are left out. */
const outcomes = z.record(z.string(), z.number()).transform((counts) => {
  const known = OUTCOME_KINDS.map((kind) => [kind, counts[kind] ?? 0] as const);
  return Object.fromEntries(known) as Record<OutcomeKind, number>;
});

/** Bodies of the API without the fields that only a newer service has. */
const request = z.object({
  ...requestBody.shape,
  outcomes,
  pops: z.array(z.object({ ...requestBody.shape.pops.element.shape, outcomes })),
});
const page = z.object({
  requests: z.array(z.object(requestLine.shape)),
  next: z.string().nullable(),
});
const estimated = z.object({
  ...estimateBody.shape,
  cost_usd: z.object(estimateBody.shape.cost_usd.shape),
});

function read<T>(schema: z.ZodType<T>, body: ApiResponse['body'], path: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .slice(0, 5)
    .map((issue) => issue.path.map(String).join('.') || 'the body');
  throw new ApiUnreachable(
    `--endpoint: the answer to ${path} is not that of a Warmpath API (${fields.join(', ')}); allowed: the output prewarm_endpoint, or the URL of a service`,
  );
}

/** @throws ApiUnreachable where the body of `GET /requests/{id}` is none */
export function readRequest(body: ApiResponse['body']): RequestView {
  return read(request, body, 'GET /requests/{id}');
}

/** @throws ApiUnreachable where the body of `GET /requests` is none */
export function readPage(body: ApiResponse['body']): RequestPage {
  return read(page, body, 'GET /requests');
}

/** @throws ApiUnreachable where the body of `POST /estimate` is none */
export function readEstimate(body: ApiResponse['body']): EstimateView {
  return read(estimated, body, 'POST /estimate');
}
