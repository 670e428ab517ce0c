import { Hono } from 'hono';
import { isWarmpathError } from '../../errors/warmpath-error';
import { MAX_INSTANCES } from '../engine/request/limits';
import type { PrewarmApplication } from './application';
import { ApiFailure, MESSAGES } from './failure';
import { explainIssues } from './query';
import { type BodyLimits, readJsonBody } from './request-body';
import { findRequest } from './request-lookup';
import { instancesBody } from './request-schemas';
import * as responses from './responses';

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

/** `/instances`: the fleet's size, and the old way to stop a request. */
export function instancesRoutes(application: PrewarmApplication, limits: BodyLimits): Hono {
  const routes = new Hono();
  const { fleet } = application;
  function aboutGroup(text: string): string {
    return `Auto Scaling Group ${fleet.name} ${text}`;
  }
  function refusal(text: string): ApiFailure {
    return new ApiFailure('BAD_INPUT', aboutGroup(text));
  }
  function failed(code: 'BAD_INPUT' | 'INTERNAL', error: unknown): ApiFailure {
    return new ApiFailure(code, aboutGroup(`updated to Desired Capacity failed:${failureText(error)}`), {
      cause: error,
    });
  }

  /** Checks in the order of the compatible API, so that a body with several faults gets the same message. */
  function readChange(body: unknown): CapacityChange {
    if (body === null) throw refusal('DesiredCapacity is missing');
    if (!isObject(body)) throw failed('BAD_INPUT', 'the body must be a JSON object');
    const wanted = body['DesiredCapacity'];
    if (wanted === undefined) throw refusal('DesiredCapacity is missing');
    if (typeof wanted === 'number' && wanted < 0) throw refusal('DesiredCapacity is less than 0');
    if (typeof wanted === 'number' && wanted > MAX_INSTANCES) {
      throw refusal(`updated to DesiredCapacity is greater than ${MAX_INSTANCES}`);
    }
    const read = instancesBody.safeParse(body);
    if (!read.success) throw failed('BAD_INPUT', explainIssues(read.error, body));
    const { DesiredCapacity: instances, force_stop: forceStop, req_id: id } = read.data;
    if (!forceStop) return { instances };
    if (id === undefined || id === null || id === '')
      throw new ApiFailure('BAD_INPUT', MESSAGES.stopWithoutId);
    return { instances, stop: id };
  }

  /**
   * A stop touches its own request only: its share of the fleet goes with it, and instances that others asked for stay,
   * so a wish for fewer is not carried out. The words are the old ones, with the number asked for.
   */
  async function stopAndResize(id: string, instances: number): Promise<void> {
    const record = await findRequest(application, id);
    if (!(await application.stop(record.id))) throw new ApiFailure('CONFLICT', MESSAGES.notStoppable);
    if (instances > (await fleet.capacity())) await fleet.setCapacity(instances);
  }

  async function change({ instances, stop }: CapacityChange): Promise<string> {
    if (stop !== undefined) {
      await stopAndResize(stop, instances);
      return aboutGroup(`updated to Desired Capacity: ${instances} and clean SQS success!`);
    }
    await fleet.setCapacity(instances);
    return aboutGroup(`updated to Desired Capacity: ${instances}`);
  }

  routes.get('/instances', async (context) =>
    context.json(responses.capacity(await fleet.capacity(), application.now())),
  );

  routes.post('/instances', async (context) => {
    const body = await readJsonBody(context.req.raw, limits).catch((error) => {
      throw isWarmpathError(error, 'BAD_INPUT') ? failed('BAD_INPUT', error) : error;
    });
    const wanted = readChange(body);
    try {
      return context.json(responses.success(await change(wanted), application.now()));
    } catch (error) {
      if (isWarmpathError(error) && error.httpStatus < 500) throw error;
      throw failed('INTERNAL', error);
    }
  });

  return routes;
}
