import type { Surroundings } from './surroundings';

/** For who only asks which changes there are: none of them is planned. */
export const NO_SURROUNDINGS: Surroundings = {
  vpcId: '',
  subnetIds: [''],
  routeTableId: '',
  amiId: '',
  lockFile: '',
  amiLockFile: '',
  movedAmiLockFile: '',
};
