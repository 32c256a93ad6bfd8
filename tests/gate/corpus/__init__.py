"""The hostile corpus: what departments have let out, disguised as it comes, in every container; the gate must miss nothing.

Written from standards, official orders and press reports by somebody who has not read the rules of the gate, so that it
is not their mirror. `python -m tests.gate.corpus` prints the table of caught, missed and false alarms.

Every value is invented. Where a standard leaves a combination that nobody can hold, that one is used:

| kind | form | from | why it is nobody's |
|---|---|---|---|
| resident identity | area, birth, sequence, check MOD 11-2 | GB 11643-1999 | areas xx0199, not in GB/T 2260 |
| the same, 15 digits | no century, no check | GB 11643-1989 | the same |
| permit 港澳台居民居住证 | area 810000, 820000, 830000, then as above | 国办发〔2018〕81号 | sequence 000 |
| permanent residence, old | 3 letters of a state, 12 digits | 永久居留身份证 2017 | area xx99, unassigned |
| the same, new | 9, province, state, birth, sequence, check | 永久居留身份证 2023 | state 999 (ISO 3166-1) |
| travel permits | H/M + 8 (+2), C/W/L/T + 8, Taiwan 8 or 10 digits | 出入境管理局, forms of 2012–2019 | none reserved: invented |
| passport | E/G/D/S/P + 8, E + letter + 7, machine-readable zone | 护照法, ICAO 9303 part 4 | none reserved: invented |
| mobile number | 11 digits, 13x … 19x | 电信网编号计划 (工信部) | none reserved: invented, belongs to no name |
| bank card | issuer, account, Luhn; 16 to 19 digits, 15 and 14 abroad | ISO/IEC 7812-1 | account parts begin with 0000 |
| vehicle plate | province, letter, 5; new energy 6 with D or F | GA 36-2018 | none reserved: invented, belongs to no name |
| e-mail | | RFC 5322, RFC 2606 | example domains; boxes that the provider cannot have |
| credit code of a sole trader | 92, area, body, check mod 31 | GB 32100-2015 | area xx0199 |
| personal name | surname and given name | | made from lists, beside invented values alone |

What leaks, and how, is from: 新京报 2017-11-14 and 新华社 2017-11-14 (Anhui, Jiangxi: lists of pregnant couples, of the poor,
of graduates with identity numbers, telephones, bank cards, illnesses), 澎湃新闻 2017-11-16 (universities: downloadable
spreadsheets with housing subsidies and bank cards), 澎湃新闻 2018-04-28 and 2019-12-23 (lists of the poor, of tenants),
检察日报 on public-interest litigation 2025 (subsidy lists with identity and bank numbers), 国办 2018年政务公开工作要点
(de-identify before publication), 个人信息保护法 articles 28 and 31 (sensitive data, minors), 国家标准 GB/T 35273 appendix B.
"""
