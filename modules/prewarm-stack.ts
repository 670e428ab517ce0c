import { WarmpathStack } from './parts/warmpath-stack';

/** Pre-warming of CloudFront edges, for one environment. */
export class PrewarmStack extends WarmpathStack {}
