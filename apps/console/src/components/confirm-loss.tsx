import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';

type Loss = { title: string; consequence: string; action: 'Delete' | 'Revoke'; onConfirm: () => void };

/** Asks before something is gone for good. */
export function confirmLoss({ title, consequence, action, onConfirm }: Loss): void {
  modals.openConfirmModal({
    title,
    children: <Text size="sm">{consequence}</Text>,
    labels: { confirm: action, cancel: 'Keep' },
    confirmProps: { color: 'red' },
    onConfirm,
  });
}
