import * as z from 'zod';
import { isWarmpathError } from '../../../errors/warmpath-error';
import { MAX_INSTANCES } from '../../engine/request/limits';
import type { PrewarmApplication } from '../application';
import { successBody } from '../bodies';
import { always, answer, BAD, FAILURE, named, UNKNOWN_OR_NO_FLEET, withBody } from '../documentation';
import { ApiFailure, MESSAGES } from '../failure';
import { jsonAnswer } from '../json-answer';
import { explainIssues } from '../query';
import { readJsonBody } from '../request-body';
import { findRequest } from '../request-lookup';
import { success } from '../responses';
import type { Route } from './route';

const instancesBody = z.object({
  DesiredCapacity: z.int().min(0).max(MAX_INSTANCES).describe('Instances of the fleet.'),
  force_stop: z
    .union([z.boolean(), z.literal(0), z.literal(1), z.null()])
    .optional()
    .describe('Stop the request req_id as well; other requests and their instances stay. Default: false.'),
  req_id: z.string().nullish().describe('Needed, and only read, with force_stop.'),
});

interface CapacityChange {
  readonly instances: number;
  /** Id of the request to stop. */
  readonly stop?: string;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Messages of the compatible API that contain the fleet's name. */
class GroupSentences {
  constructor(private readonly fleetName: string) {}

  about(text: string): string {
    return `Auto Scaling Group ${this.fleetName} ${text}`;
  }

  refusal(text: string): ApiFailure {
    return new ApiFailure('BAD_INPUT', this.about(text));
  }

  failed(code: 'BAD_INPUT' | 'INTERNAL', error: unknown): ApiFailure {
    return new ApiFailure(code, this.about(`updated to Desired Capacity failed:${failureText(error)}`), {
      cause: error,
    });
  }
}

/** Checks in the order of the compatible API, so that a body with several faults gets the same message. */
function readChange(body: unknown, group: GroupSentences): CapacityChange {
  if (body === null) throw group.refusal('DesiredCapacity is missing');
  if (!isObject(body)) throw group.failed('BAD_INPUT', 'the body must be a JSON object');
  const wanted = body['DesiredCapacity'];
  if (wanted === undefined) throw group.refusal('DesiredCapacity is missing');
  if (typeof wanted === 'number' && wanted < 0) throw group.refusal('DesiredCapacity is less than 0');
  if (typeof wanted === 'number' && wanted > MAX_INSTANCES) {
    throw group.refusal(`updated to DesiredCapacity is greater than ${MAX_INSTANCES}`);
  }
  const read = instancesBody.safeParse(body);
  if (!read.success) throw group.failed('BAD_INPUT', explainIssues(read.error, body));
  const { DesiredCapacity: instances, force_stop: forceStop, req_id: id } = read.data;
  if (!forceStop) return { instances };
  if (id === undefined || id === null || id === '') throw new ApiFailure('BAD_INPUT', MESSAGES.stopWithoutId);
  return { instances, stop: id };
}

/**
 * A stop touches its own request only: its share of the fleet goes with it, and instances that others asked for stay,
 * so a wish for fewer is not carried out.
 */
async function stopAndResize(application: PrewarmApplication, id: string, instances: number): Promise<void> {
  const record = await findRequest(application, id);
  if (!(await application.stop(record.id))) throw new ApiFailure('CONFLICT', MESSAGES.notStoppable);
  if (instances > (await application.fleet.capacity())) await application.fleet.setCapacity(instances);
}

/**
 * Returns what is set of a number of instances, as the compatible API says it; the fleet's own maximum is named where it counts.
 */
function described(instances: number, { maxInstances }: PrewarmApplication['fleet']): string {
  return maxInstances === undefined || instances <= maxInstances
    ? `updated to Desired Capacity: ${instances}`
    : `updated to Desired Capacity: ${maxInstances}, the most that it may have (${instances} asked for)`;
}

/** Carries the change out and returns the compatible API's sentence for it. */
async function change(
  application: PrewarmApplication,
  { instances, stop }: CapacityChange,
  group: GroupSentences,
): Promise<string> {
  if (stop !== undefined) {
    await stopAndResize(application, stop, instances);
    return group.about(`${described(instances, application.fleet)} and clean SQS success!`);
  }
  await application.fleet.setCapacity(instances);
  return group.about(described(instances, application.fleet));
}

export const setCapacityRoute: Route = {
  method: 'post',
  path: '/instances',
  operation: {
    operationId: 'setCapacity',
    summary: 'Set the size of the fleet; with force_stop also stop one request',
    description:
      'Holds until a request begins or ends, which sets the size anew by what is active. With `force_stop` only the request `req_id` is stopped, and instances that others asked for stay.',
    tag: 'fleet',
    body: named('InstancesBody', instancesBody),
    responses: {
      '200': answer('The size is set.', named('Success', successBody)),
      '400': BAD,
      '404': UNKNOWN_OR_NO_FLEET,
      '409': answer('The request has ended already.', FAILURE),
      ...withBody,
      ...always,
    },
  },
  async handle(context, { application, limits }) {
    const group = new GroupSentences(application.fleet.name);
    const body = await readJsonBody(context.req.raw, limits).catch((error) => {
      throw isWarmpathError(error, 'BAD_INPUT') ? group.failed('BAD_INPUT', error) : error;
    });
    const wanted = readChange(body, group);
    try {
      return jsonAnswer(context, success(await change(application, wanted, group), application.now()));
    } catch (error) {
      if (isWarmpathError(error) && error.httpStatus < 500) throw error;
      throw group.failed('INTERNAL', error);
    }
  },
};
