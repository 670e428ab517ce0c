import type { EstimateView } from '../../../../lambdas/prewarm/client/views';
import { formatBytes, formatCount } from '../../terminal/units';

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

/** Returns an estimate as a person reads it: the figures that the page shows, then what they take for granted. */
export function estimateText(of: EstimateView): string {
  const { cost_usd: cost } = of;
  const parts = [
    `transfer ${dollars(cost.cloudfront_transfer)}`,
    `requests ${dollars(cost.cloudfront_requests)}`,
    `invalidation ${dollars(cost.invalidation)}`,
    `instances ${dollars(cost.instances)}`,
    `queue and tables ${dollars(cost.queue_and_tables)}`,
  ];
  return [
    `${formatCount(of.urls)} URLs through ${formatCount(of.pops)} points of presence: ${formatCount(of.requests)} requests`,
    `${formatBytes(of.bytes)} to download`,
    `about ${of.minutes < 0.1 ? '0.1' : of.minutes.toFixed(1)} minutes`,
    `${dollars(cost.total)} at AWS: ${parts.join(', ')}`,
    ...of.assumptions.map((sentence) => `- ${sentence.replace('average_object_bytes', '--object-size')}`),
    `Prices of ${of.prices_as_of}. Nothing was started.`,
    '',
  ].join('\n');
}
