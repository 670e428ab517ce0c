export interface GoldenAmiProps {
  /** Tags whose push starts a build, as EventBridge prefixes. @default - every tag */
  readonly tagPrefixes?: readonly string[];
  /** Rebuilds for security fixes. @default 'cron(0 3 ? * sun *)' */
  readonly schedule?: string;
  /** @default - the types of the instances */
  readonly buildInstanceTypes?: readonly string[];
  /** AMIs kept by the lifecycle policy, 1-10. @default 3 */
  readonly keepImages?: number;
  /** The AMI's name; must contain `{{ imagebuilder:buildDate }}`. @default - `<name>-golden-{{ imagebuilder:buildDate }}` */
  readonly amiName?: string;
  /**
   * Availability Zones whose volumes come from the snapshot at full speed, at a price per zone and hour. Only after the
   * first build, because the snapshot must be the account's own. @default none
   */
  readonly fastSnapshotRestoreZones?: readonly string[];
}
