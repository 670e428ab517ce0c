import type { LiveCheck } from '../live-test';
import { type LiveContext, notSeen, seen } from './context';
import { instanceChecks } from './instances';
import { notificationChecks } from './notifications';
import { requestChecks } from './requests';

/** What was never seen on AWS, in the order in which it is looked at. */
export function liveChecks(context: LiveContext): readonly LiveCheck[] {
  return [
    { name: 'version 6 of the provider', look: () => Promise.resolve(providerSix(context)) },
    ...requestChecks(context),
    ...notificationChecks(context),
    ...instanceChecks(context),
  ];
}

function providerSix({ providerVersion }: LiveContext) {
  const version = providerVersion ?? 'an unknown version';
  return version.startsWith('6.')
    ? seen(`deployed with ${version}`)
    : notSeen(`deployed with ${version}; lock version 6 (npm run lock) and run the test again`);
}
