import { MAX_INSTANCES } from '../engine/request/limits';

interface InstancesInputProps {
  readonly label: string;
  /** Undefined while it is not known. */
  readonly value: number | undefined;
  readonly onChange: (instances: number) => void;
}

/** How many instances a fleet is to have. */
export function InstancesInput({ label, value, onChange }: InstancesInputProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min="0"
        max={MAX_INSTANCES}
        value={value ?? ''}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber || 0)}
      />
    </label>
  );
}
