/** What travels between the app and `/mobile/v1`, as docs/mobile-api.md has it, and what the app keeps. Read by `tsc` only. */

export type StopKind = "pickup" | "dropoff";
export type CourierStatus = "off_duty" | "on_duty" | "paused";
export type ProofKind = "pin" | "photo" | "signature" | "barcode";
export type FileKind = "photo" | "signature";
export type HandedTo = "recipient" | "neighbour" | "reception" | "safe_place";

export interface Money { amount: number; currency: string }
export interface Place { address: string; lat: number; lon: number }
export interface Fleet { id: string; name: string; mode: string }
export interface Vehicle { kind: string; speed_kmh: number }

/** Fields with `?` are missing where the platform is older than the app: what needs them is hidden. */
export interface Advice { report_every_s: number | null; report_points: number; min_move_m: number; sync_every_s: number }
export interface Courier {
  id: string; name: string; status: CourierStatus; load_legs: number;
  vehicle?: Vehicle; fleet?: Fleet; paused_since?: string | null;
}
export interface Shift { starts_at: string; ends_at: string; started_at: string; zone?: string; breaks_s?: number }
export interface Offer {
  id: string; leg_id: string; expires_at: string; payout: Money; pickup: Place; dropoff: Place;
  distance_m: number; parcels: number; weight_g: number;
}
export interface Parcel {
  id?: string; description: string; size: string; weight_g: number; barcode: string; is_scanned?: boolean;
}
export interface Stop extends Place {
  kind: StopKind; leg_id: string; order_id: string; short_code: string; epoch: number; leg_status: string;
  contact_name: string; phone: string; instructions: string; ready_at: string | null; opens_at: string | null;
  closes_at: string | null; due_at: string | null; expected_at: string | null; parcels: Parcel[]; service_s: number;
  proof?: ProofKind[]; proofs_given?: ProofKind[]; hub?: string | null;
}
export interface Sync {
  server_time: string; news: number; is_unchanged?: false; courier: Courier; shift: Shift | null; offers: Offer[]; stops: Stop[];
  advice?: Advice; fail_reasons?: Record<StopKind, string[]>; incident_kinds?: string[];
}
export interface Unchanged { server_time: string; news: number; is_unchanged: true; advice?: Advice }

export interface ApiError { code: string; message: string; retry?: boolean; fields?: { path: string; code: string; message: string }[] }
export interface Result {
  id: string; outcome: "applied" | "replayed" | "refused"; error?: ApiError;
  state?: { leg_id: string; status: string; epoch: number };
}

/** What the kinds of actions carry besides their number, time and place. */
export interface ActionFields {
  leg_id?: string; epoch?: number; stop?: StopKind; offer_id?: string; reason?: string; pin?: string; note?: string;
  handed_to?: HandedTo; proofs?: string[]; barcode?: string; parcel_id?: string; incident?: string; lat?: number; lon?: number;
}
export interface Action extends ActionFields {
  id: string; kind: string; sequence: number; device_time: string;
}
/** An action in the outbox. `label` says on the screen what it is about; an answered one counts until the next sync. */
export interface Kept { id: string; sequence: number; courier_id: string; label: string; action: Action; answered_at: number | null }
export interface Refusal {
  id: string; courier_id: string; kind: string; label: string; code: string; message: string; at: string;
  leg_id?: string; stop?: StopKind;
}
/** A photo or a signature. Its file lies apart (`files`), under the same id. A draft is not yet named by an action. */
export interface Proof {
  id: string; courier_id: string; kind: FileKind; leg_id: string; epoch: number; stop: StopKind; device_time: string;
  size_bytes: number; sha256: string; content_type: string; signed_by: string; label: string;
  is_draft: boolean; is_announced: boolean; received_bytes: number; is_complete: boolean; failures: number;
}
export interface Point { lat: number; lon: number; device_time: string; accuracy_m?: number }
export interface Session { token: string; courier_id: string; name: string; phone: string; fleet: Fleet | null }

export interface ShiftRow {
  id: string; starts_at: string; ends_at: string; zone: { id: string; name: string }; started_at: string | null;
  ended_at: string | null; breaks_s: number; legs_done: number;
}
export interface Earnings {
  from: string; to: string; total: { legs: number; amount: Money; on_duty_s: number; breaks_s: number };
  days: { date: string; legs: number; amount: Money; on_duty_s: number; breaks_s: number }[];
}
export interface HistoryRow { leg_id: string; short_code: string; status: string; ended_at: string; address: string; payout: Money | null }

declare global {
  interface Window { maplibregl?: any }
  /** Not in the standard library's types yet. */
  class BarcodeDetector {
    constructor(options?: { formats: string[] });
    static getSupportedFormats(): Promise<string[]>;
    detect(source: CanvasImageSource | Blob): Promise<{ rawValue: string; format: string }[]>;
  }
}
