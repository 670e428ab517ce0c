/**
 * Lambda gives processor time in proportion to memory: one full vCPU at 1,769 MB, and a further visible core at each step
 * below. A program with one busy thread gains nothing beyond 1,769 MB.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MEGABYTES_PER_VCPU = 1769;
const LEAST_MEGABYTES = 128;
const MOST_MEGABYTES = 10_240;

/** Cores that a function sees, by the memory from which it sees them. */
const visibleCores = [
  { fromMegabytes: 128, cores: 2 },
  { fromMegabytes: 3009, cores: 3 },
  { fromMegabytes: 5308, cores: 4 },
  { fromMegabytes: 7077, cores: 5 },
  { fromMegabytes: 8846, cores: 6 },
] as const;

/**
 * Returns the memory in MB that gives this many vCPUs of processor time: 0.25 -> 443, 1 -> 1769, 2 -> 3538, 5.78 ->
 * 10225.
 * @throws RangeError when no memory size gives it
 */
export function memoryForVcpus(vcpus: number): number {
  const megabytes = Math.max(LEAST_MEGABYTES, Math.ceil(vcpus * MEGABYTES_PER_VCPU));
  if (!(vcpus > 0) || megabytes > MOST_MEGABYTES) {
    const most = (MOST_MEGABYTES / MEGABYTES_PER_VCPU).toFixed(2);
    throw new RangeError(`vcpus: got ${vcpus}; allowed more than 0 up to ${most}; choose a share within it`);
  }
  return megabytes;
}

/** Returns processor time in vCPUs and visible cores of a memory size in MB. */
export function vcpusOfMemory(megabytes: number): { readonly vcpus: number; readonly visibleCores: number } {
  const step = visibleCores.findLast(({ fromMegabytes }) => megabytes >= fromMegabytes) ?? visibleCores[0];
  return { vcpus: megabytes / MEGABYTES_PER_VCPU, visibleCores: step.cores };
}
