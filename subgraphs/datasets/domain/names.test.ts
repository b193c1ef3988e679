import { describe, expect, it } from 'vitest'
import { fileNameOf, nameOfFile, requestedName } from '#datasets/domain/names.ts'

describe('the name of a dataset', () => {
  it.each([
    ['My DataSet.csv', 'my_dataset'],
    ['A-B.C.csv', 'a_b_c'],
    ['../../x.csv', 'x'],
    ['C:\\data\\x y.csv', 'x_y'],
    ['Données.csv', 'données'],
    ['ข้อมูล ชุดที่ 1.csv', 'ข้อมูล_ชุดที่_1'],
    ['__a__b__.csv', 'a__b'],
    ['noextension', 'noextension'],
    ['.csv', 'csv'],
  ])('of the file %j is %j', (file, name) => {
    expect(nameOfFile(fileNameOf(file))).toBe(name)
  })
  it('is the same for composed and decomposed letters', () => {
    expect(nameOfFile('Données.csv'.normalize('NFD'))).toBe(nameOfFile('Données.csv'.normalize('NFC')))
  })
  it('keeps what follows a dot when it was asked for', () => {
    expect(requestedName('v1.2 data')).toBe('v1_2_data')
  })
  it.each(['', '   .csv', '---.csv', '☃.csv', '/'])('is refused for the file %j', (file) => {
    expect(() => nameOfFile(fileNameOf(file))).toThrow()
  })
  it.each([`${'x'.repeat(201)}.csv`, `${'ü'.repeat(101)}.csv`])('is refused when its bytes do not fit a folder name', (file) => {
    expect(() => nameOfFile(fileNameOf(file))).toThrow('exceeds 200 bytes')
  })
  it.each(['a\0.csv', 'a\u202eb.csv', 'a\nb.csv', `${'x'.repeat(256)}.csv`])('the file name %j is refused', (file) => {
    expect(() => fileNameOf(file)).toThrow()
  })
})
