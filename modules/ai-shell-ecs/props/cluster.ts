import type { IResolvable } from 'cdktf';

export type ClusterProps =
  | {
      readonly create?: true;
      /** @default - `<name>-ecs` */
      readonly name?: string;
      /**
       * Refuse, at plan, the name of a cluster that exists: ECS would hand it over to Terraform, which deletes it in the end. Whoever
       * plans needs `ecs:ListClusters`. @default false
       */
      readonly refuseExisting?: boolean | IResolvable;
      /** @default 'enhanced' */
      readonly containerInsights?: 'enhanced' | 'enabled' | 'disabled';
      /** Capacity providers of the cluster besides this one. @default none */
      readonly otherCapacityProviders?: readonly string[];
    }
  | {
      readonly create: false;
      readonly name: string;
      /**
       * Every other provider of the existing cluster: Terraform writes the whole list.
       * @default - the list is left alone, and whoever owns the cluster adds the provider
       */
      readonly otherCapacityProviders?: readonly string[];
    };

export interface CapacityProviderProps {
  /** @default - `<name>-capacity` */
  readonly name?: string;
  /** @default true */
  readonly managedScaling?: boolean;
  /** 1-100; below 100 keeps idle instances, the strongest lever besides the pool. @default 100 */
  readonly targetCapacityPercent?: number;
  /** 1-10,000. @default 1 */
  readonly minimumScalingStepSize?: number;
  /** 1-10,000. @default 100 */
  readonly maximumScalingStepSize?: number;
  /** 0-10,000 s from launch to registration; blocks the next scale-out. @default 60 with a warm pool, else 300 */
  readonly instanceWarmupSeconds?: number;
  /** @default true */
  readonly managedDraining?: boolean;
  /** @default true */
  readonly managedTerminationProtection?: boolean;
}
