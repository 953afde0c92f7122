import type { ColumnType, JSONColumnType } from 'kysely';

/** What row types are made of; they follow the migrations column by column. jsonb is written as text and read as values. */
export type Json<Value> = JSONColumnType<Value & object>;
export type NullableJson<Value> = ColumnType<Value | null, string | null, string | null>;
export type Time = ColumnType<Date, Date | string | undefined, Date | string>;
export type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
