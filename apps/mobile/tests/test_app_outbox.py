"""The courier app's outbox, in the browser that it is made for: actions, photos, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.mobile.tests.app_phones import action

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.browser


def applied(number: int) -> dict[str, Any]:
    return {"id": f"a{number}", "outcome": "applied"}


def refused(number: int, code: str, *, retry: bool) -> dict[str, Any]:
    return {"id": f"a{number}", "outcome": "refused", "error": {"code": code, "message": code, "retry": retry}}


def judged(run: Callable[..., Any], waiting: list[dict], results: list[dict]) -> tuple[list, list, list]:
    verdict = run(
        "const { judged } = await use('outbox'); const v = judged(...given);"
        "return [v.applied, v.refused.map((each) => each.action), v.kept].map((list) => list.map((each) => each.id));",
        [waiting, results],
    )
    return tuple(verdict)


def test_an_action_with_any_result_but_a_refusal_to_be_retried_is_dropped(run):
    waiting = [action(1), action(2), action(3)]
    replayed = {"id": "a2", "outcome": "replayed", "error": {"code": "stale_epoch", "message": "", "retry": False}}
    verdict = judged(run, waiting, [applied(1), replayed, refused(3, "offer_gone", retry=False)])
    assert verdict == (["a1"], ["a2", "a3"], [])


def test_a_step_that_came_too_early_is_kept_while_an_earlier_one_is_unanswered(run):
    early = refused(2, "illegal_move", retry=True)
    assert judged(run, [action(1), action(2)], [early]) == ([], [], ["a1", "a2"])
    assert judged(run, [action(1), action(2)], [applied(1), early]) == (["a1"], ["a2"], [])


@pytest.mark.parametrize("code", ["unavailable", "conflict"])
def test_what_the_platform_could_not_do_now_is_kept_and_so_is_what_needs_it(run, code):
    results = [refused(1, code, retry=True), refused(2, "scan_required", retry=True)]
    assert judged(run, [action(1), action(2)], results) == ([], [], ["a1", "a2"])


def test_a_later_action_is_not_kept_for_one_that_is_refused_for_good(run):
    results = [refused(1, "stale_epoch", retry=False), refused(2, "illegal_move", retry=True)]
    assert judged(run, [action(1), action(2)], results) == ([], ["a1", "a2"], [])


SIGNED_IN = """
const { keep, allOf, inTransaction } = await use('database');
for (const store of ['kept', 'actions', 'proofs', 'files', 'refusals', 'positions'])
  await inTransaction([store], 'readwrite', (opened) => void opened(store).clear());
await keep('session', { token: 'cd_x', courier_id: 'cou_1', name: 'Bo', phone: '', fleet: null });
const { store } = await use('store');
await store.reload();
const stop = { kind: 'dropoff', leg_id: 'leg_1', epoch: 1, short_code: 'ABC', address: '3 rue', parcels: [] };
"""


def test_actions_are_numbered_by_the_database_and_time_never_goes_back(run):
    numbers, times, ids = run(
        SIGNED_IN
        + """
        const { act } = await use('outbox');
        const arrival = { leg_id: 'leg_1', epoch: 1, stop: 'pickup' };
        await Promise.all(Array.from({ length: 25 }, () => act('arrive', arrival, '')));
        const kept = (await allOf('actions')).sort((one, other) => one.sequence - other.sequence);
        return ['sequence', 'device_time', 'id'].map((name) => kept.map((each) => each.action[name]));
        """
    )
    assert numbers == list(range(1, 26))
    assert times == sorted(set(times))
    assert len(set(ids)) == 25


def test_a_courier_does_not_send_what_another_one_left_on_the_phone(run):
    mine, theirs = run(
        SIGNED_IN
        + """
        const { act } = await use('outbox');
        await act('pause', {}, '');
        await keep('session', { token: 'cd_y', courier_id: 'cou_2', name: 'Cy', phone: '', fleet: null });
        await store.reload();
        const after = store.unanswered.length;
        const kept = (await allOf('actions')).length;
        return [after, kept];
        """
    )
    assert (mine, theirs) == (0, 1)


def test_a_photo_is_named_by_the_action_of_its_own_stop_and_freed_when_that_is_refused(run):
    result = run(
        SIGNED_IN
        + """
        const proofs = await use('proofs');
        const { act, settle } = await use('outbox');
        const other = { ...stop, leg_id: 'leg_2' };
        const file = new Blob(['picture'], { type: 'image/jpeg' });
        await proofs.keepProof('photo', stop, file);
        await proofs.keepProof('photo', other, file);
        await proofs.keepProof('photo', stop, file); // taken again: the first one goes
        const drafts = proofs.draftsOf(stop).map((each) => each.id);
        const named = await act('deliver', { leg_id: 'leg_1', epoch: 1, proofs: drafts }, '');
        const during = [proofs.draftsOf(stop).length, proofs.draftsOf(other).length, store.proofsOnTheWay.length];
        const error = { code: 'wrong_pin', message: '', retry: false };
        await settle(store.unanswered, [{ id: named.id, outcome: 'refused', error }]);
        const again = proofs.draftsOf(stop).map((each) => each.id);
        const refusals = store.refusals.map((each) => each.code);
        return { drafts, during, again, refusals, files: (await allOf('files')).length };
        """
    )
    assert len(result["drafts"]) == 1
    assert result["during"] == [0, 1, 1]
    assert result["again"] == result["drafts"]
    assert result["refusals"] == ["wrong_pin"]
    assert result["files"] == 2


UPLOADING = (
    SIGNED_IN
    + """
const proofs = await use('proofs');
const { act } = await use('outbox');
const bytes = new Uint8Array(600 * 1024).map((_, at) => at % 251);
await proofs.keepProof('photo', stop, new Blob([bytes], { type: 'image/jpeg' }));
const [draft] = proofs.draftsOf(stop);
await act('deliver', { leg_id: 'leg_1', epoch: 1, proofs: [draft.id] }, '');
const asked = [];
const answer = (status, body) => new Response(JSON.stringify(body), { status });
const say = (code, more) => ({ error: { code, message: code }, ...more });
const platform = { received: 0, rule: () => null };
const real = globalThis.fetch;
globalThis.fetch = async (address, { method, body }) => {
  const offset = Number(new URL(address, location.href).searchParams.get('offset'));
  asked.push(method === 'PUT' ? offset : JSON.parse(body));
  const ruled = platform.rule(method, offset, body);
  if (ruled) return ruled();
  if (method === 'PUT') platform.received = offset + body.byteLength;
  const is_complete = platform.received === bytes.length;
  return answer(200, { id: draft.id, received_bytes: platform.received, is_complete });
};
const send = () => proofs.sendProof(store.proofs[0], 'cd_x').then(() => 'sent', (error) => error.constructor.name);
try {
"""
)
UPLOADED = "} finally { globalThis.fetch = real; }"


def test_a_photo_goes_in_pieces_and_on_from_where_the_line_broke(run):
    result = run(
        UPLOADING
        + """
        let isBroken = true;
        const breaks = () => { throw new TypeError('no network'); };
        platform.rule = (method, offset) => method === 'PUT' && offset > 0 && isBroken ? breaks : null;
        const first = await send();
        const between = store.proofs[0].received_bytes;
        isBroken = false;
        const second = await send();
        const complete = store.proofs[0].is_complete;
        return { first, second, between, asked, files: (await allOf('files')).length, complete };
        """
        + UPLOADED
    )
    assert (result["first"], result["second"]) == ("Unreachable", "sent")
    assert result["between"] == 256 * 1024
    announced, *pieces = result["asked"]
    assert announced["size_bytes"] == 600 * 1024
    assert (announced["leg_id"], announced["stop"], announced["kind"]) == ("leg_1", "dropoff", "photo")
    assert pieces == [0, 256 * 1024, 256 * 1024, 512 * 1024]
    assert (result["complete"], result["files"]) == (True, 0)


def test_a_piece_whose_answer_was_lost_is_not_sent_from_the_beginning(run):
    result = run(
        UPLOADING
        + """
        const taken = { received_bytes: 262144 };
        const taken_already = () => answer(409, say('wrong_offset', { state: taken }));
        platform.rule = (method, offset) => method === 'PUT' && offset === 0 ? taken_already : null;
        return { said: await send(), asked: asked.slice(1) };
        """
        + UPLOADED
    )
    assert result == {"said": "sent", "asked": [0, 256 * 1024, 512 * 1024]}


def test_a_photo_that_arrives_damaged_begins_anew_three_times_and_is_then_shown(run):
    result = run(
        UPLOADING
        + """
        const damaged = () => answer(422, say('wrong_hash'));
        platform.rule = (method, offset) => method === 'PUT' && offset > 500000 ? damaged : null;
        const failures = [];
        for (let tries = 0; tries < 3; tries += 1) {
          await send();
          failures.push(store.proofs[0]?.failures ?? null);
        }
        const refusals = store.refusals.map((each) => [each.code, each.leg_id]);
        return { failures, refusals, files: (await allOf('files')).length };
        """
        + UPLOADED
    )
    assert result == {"failures": [1, 2, None], "refusals": [["wrong_hash", "leg_1"]], "files": 0}


def test_a_photo_of_a_leg_that_was_never_mine_is_refused_once_and_shown(run):
    result = run(
        UPLOADING
        + """
        platform.rule = (method) => method === 'POST' ? () => answer(404, say('leg_not_found')) : null;
        await send();
        return { proofs: store.proofs.length, refusals: store.refusals.map((each) => each.code) };
        """
        + UPLOADED
    )
    assert result == {"proofs": 0, "refusals": ["leg_not_found"]}


def test_an_answered_action_counts_until_a_sync_that_was_asked_for_later(run):
    result = run(
        SIGNED_IN
        + """
        const outbox = await use('outbox');
        const done = await outbox.act('deliver', { leg_id: 'leg_1', epoch: 1 }, '');
        const before = performance.timeOrigin + performance.now();
        await new Promise((resolve) => setTimeout(resolve, 5));
        await outbox.settle(store.unanswered, [{ id: done.id, outcome: 'applied' }]);
        const counts = [[store.unanswered.length, store.actions.length]];
        for (const asked of [before, performance.timeOrigin + performance.now() + 1]) {
          await inTransaction(['actions'], 'readwrite', (opened) => outbox.dropAnswered(opened, asked));
          await store.reload();
          counts.push([store.unanswered.length, store.actions.length]);
        }
        return counts;
        """
    )
    assert result == [[0, 1], [0, 1], [0, 0]]
