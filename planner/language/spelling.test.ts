import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedSpelling } from './spelling.ts';

const SAME: readonly (readonly [string, string])[] = [
  ['cancelled', 'canceled'],
  ['cancelling', 'canceling'],
  ['travellers', 'travelers'],
  ['labelled', 'labeled'],
  ['jeweller', 'jeweler'],
  ['marvellous', 'marvelous'],
  ['remodelled', 'remodeled'],
  ['enrol', 'enroll'],
  ['enrolment', 'enrollment'],
  ['instalments', 'installments'],
  ['skilful', 'skillful'],
  ['colour', 'color'],
  ['colours', 'colors'],
  ['coloured', 'colored'],
  ['favourites', 'favorites'],
  ['neighbourhood', 'neighborhood'],
  ['labour', 'labor'],
  ['harbour', 'harbor'],
  ['organisation', 'organization'],
  ['organised', 'organized'],
  ['authorise', 'authorize'],
  ['finalising', 'finalizing'],
  ['analysed', 'analyzed'],
  ['centre', 'center'],
  ['centres', 'centers'],
  ['litre', 'liter'],
  ['theatre', 'theater'],
  ['fibre', 'fiber'],
  ['catalogue', 'catalog'],
  ['dialogues', 'dialogs'],
  ['catalogued', 'cataloged'],
  ['grey', 'gray'],
  ['cheque', 'check'],
  ['cheques', 'checks'],
  ['enquiries', 'inquiries'],
  ['licence', 'license'],
  ['defence', 'defense'],
  ['practised', 'practiced'],
  ['paediatrics', 'pediatrics'],
  ['haematology', 'hematology'],
  ['gynaecology', 'gynecology'],
  ['orthopaedic', 'orthopedic'],
  ['anaesthesia', 'anesthesia'],
  ['oestrogen', 'estrogen'],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['filled', 'filed'],
  ['refilled', 'refiled'],
  ['filling', 'filing'],
  ['billed', 'biled'],
  ['hour', 'hor'],
  ['tour', 'tor'],
  ['four', 'for'],
  ['prise', 'prize'],
  ['shoe', 'she'],
  ['tore', 'toer'],
  ['store', 'stoer'],
  ['michael', 'michel'],
  ['polled', 'poled'],
  ['hopping', 'hoping'],
  ['biased', 'based'],
];

test('the two spellings of a word come to one', () => {
  for (const [british, american] of SAME) {
    assert.equal(sharedSpelling(british), sharedSpelling(american), `${british}, ${american}`);
  }
});

test('words that only look as if they were spelled in two ways stay apart', () => {
  for (const [one, other] of DIFFERENT) {
    assert.notEqual(sharedSpelling(one), sharedSpelling(other), `${one}, ${other}`);
  }
});
