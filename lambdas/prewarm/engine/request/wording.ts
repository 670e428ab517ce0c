/** Fields of a request body that advice tells the reader to set. */
export type AdvisedField = 'cf_domain' | 'aliases' | 'range';

/** How advice in an error names what its reader can set, and where the known names are listed. */
export interface Wording {
  /** How a value gets into the field, as the end of advice: `in aliases` of a body, `with --alias` of a command. */
  readonly by: (field: AdvisedField, preposition?: 'in' | 'as' | 'in the field') => string;
  /** What lists the points of presence. */
  readonly popList: string;
}

/** For callers of the HTTP API. */
export const API_WORDING: Wording = {
  by: (field, preposition = 'in') => `${preposition} ${field}`,
  popList: 'GET /pops',
};
