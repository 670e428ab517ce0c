import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { S3BlobStore } from '../aws/blob-store';
import { HeaderCipher } from '../aws/header-cipher';
import { sizeRequest } from '../engine/flow/size';
import { expansionLimits } from '../engine/inputs/walk';
import { createSourceExpander } from '../net/source-expander';
import { createTransport } from '../net/transport';
import { DigestedUrls } from '../runtime/seen-urls';
import { getSizeSettings, readSettings } from '../settings';
import { givenEdgesIn, openEdges } from './edges';
import { findDistribution } from './find-distribution';
import { clock, log, openTables } from './runtime';
import { boundedBudgetOf, SEGMENT_BOUNDS, workersFor } from './step-bounds';
import { requestIdOfRecord, runPerRequest } from './stream-batch';

const HEADS_IN_FLIGHT = 256;

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

const settings = readSettings(getSizeSettings, process.env);
const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
const edges = openEdges(settings, givenEdgesIn(blobs, settings));
const { requests } = openTables(settings, {
  headers: new HeaderCipher(new KMSClient({}), settings.HEADERS_KEY_ARN),
});
const deps = {
  requests,
  blobs,
  resolver: edges.resolver,
  transport: createTransport(edges.ca === undefined ? {} : { ca: edges.ca }),
  clock,
  log,
  openSeenUrls: () => new DigestedUrls(),
  expandSource: createSourceExpander({
    ...edges,
    findDistribution,
    limits: expansionLimits(optionalNumber(settings.MAX_SOURCE_URLS)),
  }),
  concurrency: HEADS_IN_FLIGHT,
  bounds: SEGMENT_BOUNDS,
  workersFor,
  sizing: 'all' as const,
  ...(edges.edgePort === undefined ? {} : { edgePort: edges.edgePort }),
};

/**
 * CREATED to CHECK_POP. A step whose time runs out has stored its cursor; that write is the record that calls this
 * function again.
 */
export function handler(event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> {
  return runPerRequest(event, requestIdOfRecord, log, async ({ id }) => {
    await sizeRequest(deps, id, boundedBudgetOf(context));
  });
}
