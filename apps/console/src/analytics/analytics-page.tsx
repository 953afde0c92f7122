import './analytics.css';
import { Box, Button, SegmentedControl, SimpleGrid, Skeleton } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { type Answers, useTRPC } from '../api/trpc.ts';
import { useMe } from '../api/use-me.ts';
import type { TimeChartProps } from '../charts/time-chart.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Failure } from '../components/failure.tsx';
import { creditsText, percentText, secondsText } from '../components/figures.ts';
import { PageTitle } from '../components/page-title.tsx';
import { StatCard } from '../components/stat-card.tsx';
import { type AnalyticsSearch, type Days, dayChoices, defaultDays, firstDay } from './analytics-search.ts';
import { figuresByDay } from './figures-by-day.ts';
import { Groups } from './groups.tsx';

type Analytics = Answers['data']['analytics'];
const TimeChart = lazy(async () => ({ default: (await import('../charts/time-chart.tsx')).TimeChart }));
const chartHeight = 220;

/** What was made, how it went, what it took and what it cost. */
export function AnalyticsPage() {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const search = useSearch({ from: '/analytics' });
  const { days = defaultDays, scope } = search;
  const isAdmin = useMe()?.role === 'admin';
  const go = (part: AnalyticsSearch) => void navigate({ to: '/analytics', search: { ...search, ...part }, replace: true });
  const asked = { date_from: firstDay(days, new Date()), ...(scope && { scope }) };
  const byDay = useQuery({ ...trpc.data.analytics.queryOptions({ ...asked, group_by: 'day' }), placeholderData: keepPreviousData });
  return (
    <>
      <PageTitle title="Analytics" about="What was made, how it went, and what it cost.">
        {isAdmin && (
          <SegmentedControl
            aria-label="Whose figures"
            value={scope ?? 'all'}
            onChange={(next) => go({ scope: next === 'own' ? 'own' : 'all' })}
            data={[
              { value: 'own', label: 'Mine' },
              { value: 'all', label: 'Everybody' },
            ]}
          />
        )}
        <SegmentedControl
          aria-label="Range"
          value={String(days)}
          onChange={(next) => go({ days: Number(next) as Days })}
          data={dayChoices.map((choice) => ({ value: String(choice), label: choice === 365 ? 'Year' : `${choice} days` }))}
        />
      </PageTitle>
      {byDay.isError && <Failure error={byDay.error} onRetry={() => void byDay.refetch()} />}
      {!byDay.isError && (
        <>
          <Totals analytics={byDay.data} />
          {byDay.data?.totals.generations === 0 ? (
            <EmptyState icon={IconChartBar} title="Nothing was made in this time">
              <Button component={Link} to="/" mt="sm">
                Make a picture
              </Button>
            </EmptyState>
          ) : (
            <>
              <Charts analytics={byDay.data} />
              <Groups asked={asked} combinations={byDay.data?.popular_lora_combinations} />
            </>
          )}
        </>
      )}
    </>
  );
}

function Totals({ analytics }: { analytics: Analytics | undefined }) {
  const totals = analytics?.totals;
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="md" mb="md">
      <StatCard
        label="Generations"
        value={totals?.generations.toLocaleString('en')}
        hint={`${totals?.images.toLocaleString('en')} pictures`}
      />
      <StatCard label="Success" value={totals && percentText(totals.success_rate)} hint={`${totals?.failed.toLocaleString('en')} failed`} />
      <StatCard
        label="Spent"
        value={totals && creditsText(totals.credits_used)}
        hint={totals && totals.images > 0 && `${creditsText(totals.credits_used / totals.images)} a picture`}
      />
      <StatCard
        label="Half are done within"
        value={totals && timeText(totals.p50_time)}
        hint={`95 of 100 within ${timeText(totals?.p95_time ?? null)}`}
      />
    </SimpleGrid>
  );
}

function Charts({ analytics }: { analytics: Analytics | undefined }) {
  const rows = useMemo(() => (analytics ? figuresByDay(analytics) : undefined), [analytics]);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <ChartCard
        title="Generations"
        rows={rows}
        stacked
        series={[
          { name: 'completed', label: 'Completed', color: 'iris.5' },
          { name: 'failed', label: 'Failed', color: 'red.6' },
        ]}
      />
      <ChartCard
        title="Time to the picture"
        rows={rows}
        format={secondsText}
        series={[
          { name: 'p95', label: '95 of 100', color: 'orange.7' },
          { name: 'p50', label: 'Half', color: 'iris.5' },
        ]}
      />
      <ChartCard
        title="Success"
        rows={rows}
        format={wholePercent}
        most={100}
        series={[{ name: 'success', label: 'Success', color: 'teal.7' }]}
      />
      <ChartCard title="Credits" rows={rows} format={roundCredits} series={[{ name: 'credits', label: 'Credits', color: 'blue.6' }]} />
    </SimpleGrid>
  );
}

function ChartCard({ rows, ...chart }: Omit<TimeChartProps, 'rows' | 'height'> & { rows: TimeChartProps['rows'] | undefined }) {
  const waiting = <Skeleton h={chartHeight + 60} radius="md" />;
  return (
    <Box className="card" p="lg">
      {rows ? (
        <Suspense fallback={waiting}>
          <TimeChart {...chart} rows={rows} height={chartHeight} />
        </Suspense>
      ) : (
        waiting
      )}
    </Box>
  );
}

function timeText(milliseconds: number | null): string {
  return milliseconds === null ? '–' : secondsText(milliseconds / 1000);
}

function wholePercent(value: number): string {
  return `${Math.round(value)} %`;
}

function roundCredits(value: number): string {
  return value.toFixed(value >= 10 ? 0 : 2);
}
