import { AppShell, Burger, Group, NavLink, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDidUpdate, useDisclosure } from '@mantine/hooks';
import { IconBook2, IconLogout } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useRef } from 'react';
import { useSession } from '../api/session.tsx';
import { useTRPC } from '../api/trpc.ts';
import { useMe } from '../api/use-me.ts';
import { ColorSchemeToggle } from './color-scheme-toggle.tsx';
import { pages } from './pages.ts';

/** The frame around every page. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const isAdmin = useMe()?.role === 'admin';
  const page = useRef<HTMLElement>(null);
  useDidUpdate(() => page.current?.focus({ preventScroll: true }), [pathname]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <a className="skip-link" href="#page">
        Skip to the page
      </a>
      <AppShell.Header px="md" bg="var(--console-card)">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={opened} />
            <UnstyledButton component={Link} to="/" aria-label="Image Generation, playground">
              <Text fw={700} fz={{ base: 'md', sm: 'lg' }} className="one-line">
                Image Generation
              </Text>
            </UnstyledButton>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Balance />
            <ColorSchemeToggle />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" bg="var(--console-card)" aria-label="Pages">
        {pages
          .filter(({ admin }) => !admin || isAdmin)
          .map(({ path, label, icon: Sign }) => (
            <NavLink
              key={path}
              component={Link}
              to={path}
              label={label}
              leftSection={<Sign size={20} />}
              active={pathname === path}
              aria-current={pathname === path ? 'page' : undefined}
              onClick={close}
            />
          ))}
        <NavLink mt="auto" href="/docs" label="API" leftSection={<IconBook2 size={20} />} />
        <SignOut />
      </AppShell.Navbar>
      <AppShell.Main id="page" ref={page} tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Balance() {
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.credits.balance.queryOptions(), refetchInterval: 30_000 });
  if (!data) return null;
  return (
    <Tooltip label={`${data.held.toFixed(3)} credits set aside for what is under way`}>
      <Text size="sm" c="dimmed" className="figures one-line" component="span">
        {data.available === null ? 'Unlimited' : data.available.toFixed(2)}
        <Text inherit component="span" visibleFrom="xs">
          {' credits'}
        </Text>
      </Text>
    </Tooltip>
  );
}

function SignOut() {
  const { signOut } = useSession();
  return <NavLink component="button" label="Sign out" leftSection={<IconLogout size={20} />} onClick={signOut} />;
}
