import { popCode } from '../../../../lambdas/prewarm/engine/model/ids';
import { emitCounted } from '../../../../lambdas/prewarm/functions/metrics';
import { frankfurt, newId, sampleResult, tokyo } from '../engine/ports/samples';

describe('metrics of what was counted', () => {
  const id = newId();
  const lines: string[] = [];
  emitCounted({ write: (line) => lines.push(line) }, { namespace: 'N', deployment: 'test' }, [
    sampleResult(id, tokyo, 0),
    sampleResult(id, tokyo, 1),
    sampleResult(id, frankfurt, 0),
  ]);
  const documents = lines.map((line) => JSON.parse(line));

  it('come once for all and once per PoP, in the embedded metric format', () => {
    expect(documents.map(({ Pop }) => Pop)).toEqual([undefined, popCode(tokyo), popCode(frankfurt)]);
    for (const document of documents) {
      const [{ Namespace, Dimensions, Metrics }] = document._aws.CloudWatchMetrics;
      expect(Namespace).toBe('N');
      for (const name of Dimensions[0]) expect(document[name]).toEqual(expect.any(String));
      for (const { Name } of Metrics) expect(document[Name]).toEqual(expect.any(Number));
    }
  });

  it('add up', () => {
    const [all, ...pops] = documents;
    for (const name of ['Fetches', 'Bytes', 'Warm', 'Failed'])
      expect(pops.reduce((sum, document) => sum + document[name], 0)).toBe(all[name]);
    expect(all.Slices).toBe(3);
  });

  it('name the request as something to search for, not as a metric of its own', () => {
    for (const document of documents) {
      expect(document.requestId).toBe(id);
      expect(document._aws.CloudWatchMetrics[0].Dimensions[0]).not.toContain('requestId');
    }
  });
});
