import {
  aggregationSettings,
  getSizeSettings,
  readSettings,
  SettingsError,
} from '../../../lambdas/prewarm/settings';

const complete = {
  DEPLOYMENT: 'prod',
  METRICS_NAMESPACE: 'Warmpath/Prewarm',
  REQUEST_TABLE: 'requests',
  POP_TABLE: 'pops',
  TASK_TABLE: 'tasks',
  RECORD_RETENTION_DAYS: '30',
  REPORT_FUNCTION_NAME: 'report',
};

describe('the environment of a runtime', () => {
  it('is read, and what is not part of it is left out', () => {
    expect(readSettings(aggregationSettings, { ...complete, PATH: '/bin' })).toEqual(complete);
  });

  it('is refused with everything that is wrong with it, and without its values', () => {
    const { REQUEST_TABLE: _, ...others } = complete;
    function read() {
      return readSettings(aggregationSettings, { ...others, RECORD_RETENTION_DAYS: 's3cret' });
    }
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/REQUEST_TABLE is not set; RECORD_RETENTION_DAYS: must be a whole number/);
    expect(read).not.toThrow(/s3cret/);
  });

  it('needs no resolver of its own', () => {
    const { RESOLVER } = readSettings(getSizeSettings, {
      ...complete,
      BUCKET: 'bucket',
      HEADERS_KEY_ARN: 'arn:aws:kms:eu-central-1:1:key/x',
    });
    expect(RESOLVER).toBeUndefined();
  });
});
