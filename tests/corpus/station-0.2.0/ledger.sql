PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE events (
    seq   INTEGER PRIMARY KEY,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    body  TEXT NOT NULL,
    prev  BLOB NOT NULL CHECK (length(prev) = 32),
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    card  TEXT GENERATED ALWAYS AS (json_extract(body, '$.card')) VIRTUAL
) STRICT;
INSERT INTO events VALUES(1,'2026-11-24T03:04:05.000006Z','station','{"kind":"station-created","key_id":"e1469068494c9a206f7fcb3696f136a3b3dd33c06f422c34cfa5a56feb6971f1"}',X'0000000000000000000000000000000000000000000000000000000000000000',X'99063a9b9e0a334259808c79c4b2ea0b4bc34082f28b5b79350ed296a25bac37');
INSERT INTO events VALUES(2,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000001-8","card_kind":"5-17","nik_hash":"625cd89758016d64da73f51a45547f8ef6aeb46e03331a6869cc7267055545fd","record_hash":"c94e06f15a87195b3f2334327556644b0787e8a04d281aeb2e1359299b524ddd","content_hash":"0d904e411ec4141907ba250113bb3ec3efab0f1d0debc1fecb3906b45d289478","code_hash":"6cbe7046d75564b7b6507285db6d111859c861e901638ecacd5cc02749928a38","photo_hash":"d0178f3ee8842e8d1a5c81877062fd4f6fdbfd29fb743279d00981acfd6ec576","request_hash":"061c260dac407e4c46a943fd7a1eec22c2c47b8dc4b10c67160437bc6fcded37","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":1}',X'99063a9b9e0a334259808c79c4b2ea0b4bc34082f28b5b79350ed296a25bac37',X'd13700c671e26b8acb13a3dca0ea5931846ebbaaaf098775dd68c0d6ab759dd6');
INSERT INTO events VALUES(3,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000002-6","card_kind":"5-17","nik_hash":"082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde","record_hash":"ce690deaa79c7bb5e580282445b7d563a40e287ebb31a6ad3c30e0f6aad4ef8e","content_hash":"44ab9e0ed13f5c7701abbf82080e33ad6b74fdbc000c055be4e8d1d770885c86","request_hash":"ad59f6c30202ce913c98db221c1e7bb3e6eafe0bd81d3927863ef47c98d10a5a","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":1}',X'd13700c671e26b8acb13a3dca0ea5931846ebbaaaf098775dd68c0d6ab759dd6',X'bb7048a23dc2c6215112aeafb15022f8c53e1753a7eac395c4594cc55050b1c9');
INSERT INTO events VALUES(4,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000003-4","card_kind":"5-17","nik_hash":"60d6ae9ec4d5d195daa55e09b5161cab7bdfb6543b7c9fbceb8f157b408ddfd1","record_hash":"4cf514789622e4de460209bb784bd739360a43c5cdf2f9b22c916cd9ed5cd0d4","content_hash":"554731f105d94f5e1b7b424814374c0799fd61d8fe5d6da6029fa87478d6885c","request_hash":"2ea3b3a486adf01fad347d587a207339c45b1989b5b4c2927230696cb9d6118e","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":1}',X'bb7048a23dc2c6215112aeafb15022f8c53e1753a7eac395c4594cc55050b1c9',X'102773489968125f28b692f8440843026209285641e63c6f55b9a766f67139a2');
INSERT INTO events VALUES(5,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000004-2","card_kind":"5-17","nik_hash":"179c651a13e6d62c7a32a09100ae4de40ee3651f3b25ea28e36a27cb65a9aa10","record_hash":"7c72d9dc8507858a3b61ad350215bece5fc628d38f5cb40521a223f6b1955b5c","content_hash":"b171f0db535d5c8cce408dfda824dc05791ab517b1ef9f80bf99ebed57daccc5","request_hash":"39509a248daaecd0457cef13d5dfda4590c49dc425f2df41f0d1f4fd78b6ef74","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":1}',X'102773489968125f28b692f8440843026209285641e63c6f55b9a766f67139a2',X'971c5ecc22e1744043a69e2704a8eb086992b9f6375676dac26997120f384c23');
INSERT INTO events VALUES(6,'2026-11-24T03:04:05.000006Z','station','{"kind":"lot-made","lot":"L00001","card_kind":"5-17","layout":"kia-5-17","mode":"overlay","cards":2,"pdf":"L00001.pdf","sha256":"cc421e18139f05a3ab475819ecb4605f2e03d000b6b0887c742ae707f00e22f4","bytes":5}',X'971c5ecc22e1744043a69e2704a8eb086992b9f6375676dac26997120f384c23',X'60f38a583f7a801d98e82e46d0807db9faf1691bd73505c5bd7c013e347bf4b4');
INSERT INTO events VALUES(7,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"rendered","evidence":"station","lot":"L00001","position":1}',X'60f38a583f7a801d98e82e46d0807db9faf1691bd73505c5bd7c013e347bf4b4',X'a7069129ab360af2a1952c6455f57f94500da7f017014072a93004fde0e80ca6');
INSERT INTO events VALUES(8,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000002-6","to":"rendered","evidence":"station","lot":"L00001","position":2}',X'a7069129ab360af2a1952c6455f57f94500da7f017014072a93004fde0e80ca6',X'5d6a9ef0df4a66b54d21ec2d5bcdb0918fdb4c38eafe495e2ad3f5cc790b7ec4');
INSERT INTO events VALUES(9,'2026-11-24T03:04:05.000006Z','station','{"kind":"stock-moved","media":"kia","movement":"received","count":500,"batch":"P-1","serials":{"first":"KIA0001","last":"KIA0500"}}',X'5d6a9ef0df4a66b54d21ec2d5bcdb0918fdb4c38eafe495e2ad3f5cc790b7ec4',X'12dd630ea418a5a69aee2165dc31dbd142395b7b7a9057cf50458d9620deea65');
INSERT INTO events VALUES(10,'2026-11-24T03:04:05.000006Z','station','{"kind":"stock-moved","media":"kia","movement":"spoiled","count":2,"batch":"P-1"}',X'12dd630ea418a5a69aee2165dc31dbd142395b7b7a9057cf50458d9620deea65',X'a1b8608123e266c0b6184b5b26d5a1ae06293300d56e4048a69126d085eac9f4');
INSERT INTO events VALUES(11,'2026-11-24T03:04:05.000006Z','station','{"kind":"ribbon-moved","what":"received","ribbons":2,"prints":500}',X'a1b8608123e266c0b6184b5b26d5a1ae06293300d56e4048a69126d085eac9f4',X'60b56e0f445dc865e5edc310532df9f98fffe81d5b02890b0074b3064de6cfd1');
INSERT INTO events VALUES(12,'2026-11-24T03:04:05.000006Z','station','{"kind":"lot-assigned","lot":"L00001","printer":"p1"}',X'60b56e0f445dc865e5edc310532df9f98fffe81d5b02890b0074b3064de6cfd1',X'624d6ca82392cb36a8fed97e431f117f93dfd2eedf7bee50bf70b2771786fbea');
INSERT INTO events VALUES(13,'2026-11-24T03:04:05.000006Z','station','{"kind":"printer-changed","printer":"p1","state":"idle","message":"Siap"}',X'624d6ca82392cb36a8fed97e431f117f93dfd2eedf7bee50bf70b2771786fbea',X'd8e8a094c6ab0cd15d276c29f6277f68b7da576d6c9ccc537730c81e7ef649de');
INSERT INTO events VALUES(14,'2026-11-24T03:04:05.000006Z','station','{"kind":"job-begun","card":"K000001-8","job":"kia:K000001-8","printer":"p1","media":"kia","side":"both","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}',X'd8e8a094c6ab0cd15d276c29f6277f68b7da576d6c9ccc537730c81e7ef649de',X'e409d7e2981edb7e256f76e0ce12c1fb852e8fc53b4a1a30036c3f3076247ca0');
INSERT INTO events VALUES(15,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"submitting","evidence":"station"}',X'e409d7e2981edb7e256f76e0ce12c1fb852e8fc53b4a1a30036c3f3076247ca0',X'b1afbedecca28d947806a07d53c855ce18690e0879b93a698b9cdaef718d689a');
INSERT INTO events VALUES(16,'2026-11-24T03:04:05.000006Z','station','{"kind":"job-created","card":"K000001-8","job":"kia:K000001-8","id":7,"uuid":"urn:uuid:1","uri":"ipp://localhost/7"}',X'b1afbedecca28d947806a07d53c855ce18690e0879b93a698b9cdaef718d689a',X'80db8037846d30228ae5e24783be0d9e544d4fe9f3720a38cb3083add4fdad8d');
INSERT INTO events VALUES(17,'2026-11-24T03:04:05.000006Z','station','{"kind":"job-moved","card":"K000001-8","job":"kia:K000001-8","to":"sent"}',X'80db8037846d30228ae5e24783be0d9e544d4fe9f3720a38cb3083add4fdad8d',X'5468bb8bc984fb7351fb02f17cd79c64733d9942f9af85e48c54404e1169a215');
INSERT INTO events VALUES(18,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"sent","evidence":"station"}',X'5468bb8bc984fb7351fb02f17cd79c64733d9942f9af85e48c54404e1169a215',X'7a103390a4265358c45a800b4b8b298d14ec5c3b3c9f7346f7165f7049a0925e');
INSERT INTO events VALUES(19,'2026-11-24T03:04:05.000006Z','station','{"kind":"job-moved","card":"K000001-8","job":"kia:K000001-8","to":"printed"}',X'7a103390a4265358c45a800b4b8b298d14ec5c3b3c9f7346f7165f7049a0925e',X'04911297a2eba2ae7c6789a45be5717bbcf27d959f4d07b9bc272f6f6cfb765c');
INSERT INTO events VALUES(20,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"printed","evidence":"device"}',X'04911297a2eba2ae7c6789a45be5717bbcf27d959f4d07b9bc272f6f6cfb765c',X'908b66fd435e6bc4c446893a523ff6672e5ef2ba15ffedd2a76d7abf7d037416');
INSERT INTO events VALUES(21,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-scanned","card":"K000001-8"}',X'908b66fd435e6bc4c446893a523ff6672e5ef2ba15ffedd2a76d7abf7d037416',X'8bddbdcb69cb8ea8a79908e981a53375f5183b5f5d7683dabb6302be84532992');
INSERT INTO events VALUES(22,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"verified","evidence":"scan"}',X'8bddbdcb69cb8ea8a79908e981a53375f5183b5f5d7683dabb6302be84532992',X'69da3d5c952e26d9d3a2f83ea3bd9e52df8c3eba0e281a897ea6f4b90d847490');
INSERT INTO events VALUES(23,'2026-11-24T03:04:05.000006Z','station','{"kind":"serial-read","card":"K000001-8","serial":"KIA0001"}',X'69da3d5c952e26d9d3a2f83ea3bd9e52df8c3eba0e281a897ea6f4b90d847490',X'037dcea2dcefc37456fd501abc7eb795c989bde3b534e9f860f400322ccc4006');
INSERT INTO events VALUES(24,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-scanned","refusal":"unknown"}',X'037dcea2dcefc37456fd501abc7eb795c989bde3b534e9f860f400322ccc4006',X'038f03c72f3a2d655001aac8d7bb152f8a2297a058dd121539dbaaf8e5a4d5f9');
INSERT INTO events VALUES(25,'2026-11-24T03:04:05.000006Z','station','{"kind":"day-closed","media":"kia","date":"2026-11-24","computed":497,"counted":497}',X'038f03c72f3a2d655001aac8d7bb152f8a2297a058dd121539dbaaf8e5a4d5f9',X'c3f1b41c05d6a3dcb243474f114d3599380aa41a7ebe24ece45595f6dc7da517');
INSERT INTO events VALUES(26,'2026-11-24T03:04:05.000006Z','station','{"kind":"pack-made","pack":"P00001-8","code":"a code","destination":{"to":"school","npsn":"10700001","nama":"SDN 2 CURUP TENGAH"}}',X'c3f1b41c05d6a3dcb243474f114d3599380aa41a7ebe24ece45595f6dc7da517',X'63a0ae29624ba13ce21aaa27bf3452f401644f1148f77009becabcfa9aaa7add');
INSERT INTO events VALUES(27,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-put-in","card":"K000001-8","pack":"P00001-8"}',X'63a0ae29624ba13ce21aaa27bf3452f401644f1148f77009becabcfa9aaa7add',X'a171a7f432d909c7ecde38843d498fc0805bfb608fd0b1eb93d71316d96c6fe3');
INSERT INTO events VALUES(28,'2026-11-24T03:04:05.000006Z','station','{"kind":"pack-closed","pack":"P00001-8","cards":1}',X'a171a7f432d909c7ecde38843d498fc0805bfb608fd0b1eb93d71316d96c6fe3',X'44109f9eef1becf282ae6b776c08af6d121f7c950cc5ee0c2003db2ade00d68d');
INSERT INTO events VALUES(29,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"packed","evidence":"operator"}',X'44109f9eef1becf282ae6b776c08af6d121f7c950cc5ee0c2003db2ade00d68d',X'd116285f0aa62f6399f93e6f03ac3295ca3c3897919c250c16a8f40fadfa05f4');
INSERT INTO events VALUES(30,'2026-11-24T03:04:05.000006Z','station','{"kind":"pack-sent","pack":"P00001-8","carrier":"petugas","on":"2026-11-24"}',X'd116285f0aa62f6399f93e6f03ac3295ca3c3897919c250c16a8f40fadfa05f4',X'232e499ab4afe92fdab82dfa50049f06c14f9b70b8bf10771ad8f8277168632b');
INSERT INTO events VALUES(31,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000001-8","to":"handed-over","evidence":"operator"}',X'232e499ab4afe92fdab82dfa50049f06c14f9b70b8bf10771ad8f8277168632b',X'a575e6d534c1735f7de3f12273152f3a5f9bf34d3eefdd563765cfaf9d8dc7fc');
INSERT INTO events VALUES(32,'2026-11-24T03:04:05.000006Z','station','{"kind":"pack-file-attached","pack":"P00001-8","name":"5d05adf8844983aef7150eb52e2317a8e13dcf86f7cb1131022f9bb38533436c.pdf","sha256":"5d05adf8844983aef7150eb52e2317a8e13dcf86f7cb1131022f9bb38533436c","bytes":7}',X'a575e6d534c1735f7de3f12273152f3a5f9bf34d3eefdd563765cfaf9d8dc7fc',X'5a6ca0e93046a4e176fb3d602d70ca3ab6773794b4a77ed22df36955d302257d');
INSERT INTO events VALUES(33,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000002-6","to":"spoiled","evidence":"operator","reason":"pita"}',X'5a6ca0e93046a4e176fb3d602d70ca3ab6773794b4a77ed22df36955d302257d',X'2ee608cf20e84e31c29031f9b7017c172948923d242bc12302c5135219df69d9');
INSERT INTO events VALUES(34,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000005-9","card_kind":"5-17","nik_hash":"082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde","record_hash":"ce690deaa79c7bb5e580282445b7d563a40e287ebb31a6ad3c30e0f6aad4ef8e","content_hash":"44ab9e0ed13f5c7701abbf82080e33ad6b74fdbc000c055be4e8d1d770885c86","request_hash":"ad59f6c30202ce913c98db221c1e7bb3e6eafe0bd81d3927863ef47c98d10a5a","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":2,"replaces":"K000002-6"}',X'2ee608cf20e84e31c29031f9b7017c172948923d242bc12302c5135219df69d9',X'05a3661dd6e2e13748a0fd60df42e83b36ce1cccfe1adad4534d816e6b33dde8');
INSERT INTO events VALUES(35,'2026-11-24T03:04:05.000006Z','station','{"kind":"destroyed","minutes":1,"cards":1,"blanks":{"kia":1},"witnesses":["SAKSI CONTOH"]}',X'05a3661dd6e2e13748a0fd60df42e83b36ce1cccfe1adad4534d816e6b33dde8',X'b32172e737ad55bfd2cb258f5c054e8bbfd88eacea5c0b7091cf3bf2e5713c7e');
INSERT INTO events VALUES(36,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-destroyed","card":"K000002-6","minutes":1}',X'b32172e737ad55bfd2cb258f5c054e8bbfd88eacea5c0b7091cf3bf2e5713c7e',X'0cdf0267c7dca525863b1d921080625254ce24746621ebda8ada4b867e25f5bc');
INSERT INTO events VALUES(37,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000004-2","to":"cancelled","evidence":"operator"}',X'0cdf0267c7dca525863b1d921080625254ce24746621ebda8ada4b867e25f5bc',X'4497f76a36af43f230a2d81c18ef8f275f2543c399cc3eb96efa81501541d1e8');
INSERT INTO events VALUES(38,'2026-11-24T03:04:05.000006Z','station','{"kind":"person-erased","card":"K000004-2","reason":"purpose-ended"}',X'4497f76a36af43f230a2d81c18ef8f275f2543c399cc3eb96efa81501541d1e8',X'48dba7aa839d54eb381713676e9186bd368359ec011db902df6dc1ab0b9e837f');
INSERT INTO events VALUES(39,'2026-11-24T03:04:05.000006Z','station','{"kind":"exception-allowed","rule":"photo-shared","nik_hash":"082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde","reason":"anak kembar"}',X'48dba7aa839d54eb381713676e9186bd368359ec011db902df6dc1ab0b9e837f',X'a962138dd24137d17881174d48d0f81e299c6422601f17f0fc4d1791cdc6ee48');
INSERT INTO events VALUES(40,'2026-11-24T03:04:05.000006Z','station','{"kind":"batch-approved","upload":"U1","name":"sdn-2","records":4,"approver":"sari"}',X'a962138dd24137d17881174d48d0f81e299c6422601f17f0fc4d1791cdc6ee48',X'c5b4d6584ac63506cf337c22dad7f8ae099c706077172e9dde646fa15abdc4f1');
INSERT INTO events VALUES(41,'2026-11-24T03:04:05.000006Z','station','{"kind":"drop-finished","drop":"D1","name":"sdn-2","received":4,"accepted":4,"rejected":0,"unchanged":0,"problems":{"name-one-word":1}}',X'c5b4d6584ac63506cf337c22dad7f8ae099c706077172e9dde646fa15abdc4f1',X'ad4753325293d3e37d19840a02a6a61f55164b7f3b7680d28f0d333e8c11110c');
INSERT INTO events VALUES(42,'2026-11-24T03:04:05.000006Z','station','{"kind":"account-set","user":"budi","role":"supervisor","active":true}',X'ad4753325293d3e37d19840a02a6a61f55164b7f3b7680d28f0d333e8c11110c',X'ea5c924f4f237351e797dd7afe17658bc021c3402ba8a3b8a62875055f28b672');
INSERT INTO events VALUES(43,'2026-11-24T03:04:05.000006Z','station','{"kind":"sender-set","sender":"siak","active":true}',X'ea5c924f4f237351e797dd7afe17658bc021c3402ba8a3b8a62875055f28b672',X'4c8b5a1ac09ba73df71a51d30a59da9b594593c96a62f8120784bd9bcccecd95');
INSERT INTO events VALUES(44,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-accepted","card":"K000006-7","card_kind":"5-17","nik_hash":"f0294e9bbcbc3a0cac02909f2be90e1c4af67139dc4866333856688908a8b2b6","record_hash":"04e0fc62f885427b1f8c184852e276c339a47f47746cf3477373224cf0b98b02","content_hash":"6cec74ac4495cc3e76a860fb16c2f418634f49c87b8d680f937d4152714b7876","request_hash":"c1e2da46d5083e05d7c183787979193c0478af40be1ba9282421840cb33e6654","revisi":1,"alasan":"BARU","npsn":"10700001","sekolah":"SDN 2 CURUP TENGAH","kelas":"2A","kecamatan":"CURUP TENGAH","desa":"AIR BANG","kode_wilayah":"17.02.19.1002","expires":"2035-03","drop":"D1","row":1,"attempt":1}',X'4c8b5a1ac09ba73df71a51d30a59da9b594593c96a62f8120784bd9bcccecd95',X'b87659757b8cb6219014361e6d3f09b9c25f4a3ca26ea7712d4622170eef1431');
INSERT INTO events VALUES(45,'2026-11-24T03:04:05.000006Z','station','{"kind":"lot-made","lot":"L00002","card_kind":"5-17","layout":"kia-5-17","mode":"overlay","cards":1,"pdf":"L00002.pdf","sha256":"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0","bytes":9}',X'b87659757b8cb6219014361e6d3f09b9c25f4a3ca26ea7712d4622170eef1431',X'950d1c39859a89eaad0048c3e3dfb55a82847e6a51ad0c01705b9104258099b0');
INSERT INTO events VALUES(46,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000006-7","to":"rendered","evidence":"station","lot":"L00002","position":1}',X'950d1c39859a89eaad0048c3e3dfb55a82847e6a51ad0c01705b9104258099b0',X'55245c8a6a33961412afd896ecc19628a3c5756f3f433bd7044cff0200578442');
INSERT INTO events VALUES(47,'2026-11-24T03:04:05.000006Z','station','{"kind":"card-moved","card":"K000006-7","to":"cancelled","evidence":"operator"}',X'55245c8a6a33961412afd896ecc19628a3c5756f3f433bd7044cff0200578442',X'd3d7ee7d51c698e5d631e2986a8b89c714e61eed261a62a5c2ac053a0716f4b2');
INSERT INTO events VALUES(48,'2026-11-24T03:04:05.000006Z','station','{"kind":"person-erased","card":"K000006-7","reason":"retention"}',X'd3d7ee7d51c698e5d631e2986a8b89c714e61eed261a62a5c2ac053a0716f4b2',X'a47966ddf186ec05a006fffcb0b77cdc2f564971682566c3d90ad1cdf003e12a');
INSERT INTO events VALUES(49,'2026-11-24T03:04:05.000006Z','station','{"kind":"lot-purged","lot":"L00002"}',X'a47966ddf186ec05a006fffcb0b77cdc2f564971682566c3d90ad1cdf003e12a',X'c8bff4cbf1441367402e4a4a02de16a50ed30135d9848856f561ed0c7d9795e4');
INSERT INTO events VALUES(50,'2026-11-24T03:04:05.000006Z','station','{"kind":"signing-key-made","public_key":"f04aadb5e8834371db48af11e41847f0695528d800733221fbd61a1bec5c855a"}',X'c8bff4cbf1441367402e4a4a02de16a50ed30135d9848856f561ed0c7d9795e4',X'3a0ef5ed774d3d1f9464daba5d686b9ecd087605505584eb7d05dc69fbaaac93');
INSERT INTO events VALUES(51,'2026-11-24T03:04:05.000006Z','station','{"kind":"checkpoint-made","format":"kia-checkpoint/1","station":"e1469068494c9a206f7fcb3696f136a3b3dd33c06f422c34cfa5a56feb6971f1","day":"2026-11-24","at":"2026-11-24T03:04:05.000006Z","seq":50,"head":"3a0ef5ed774d3d1f9464daba5d686b9ecd087605505584eb7d05dc69fbaaac93","cards":{"accepted":2,"cancelled":2,"handed-over":1,"spoiled":1},"public_key":"f04aadb5e8834371db48af11e41847f0695528d800733221fbd61a1bec5c855a","signature":"adf59bb2b08c6bab6ec547d1be6739432de71e471b57cf5e6a8d865f404cc5c6a3339b32fe8f81a8c541e6ae5f7ced8038b3163a54cc69b62fbad57e9032cd06"}',X'3a0ef5ed774d3d1f9464daba5d686b9ecd087605505584eb7d05dc69fbaaac93',X'd6a87578934866e0a1632f216039d89a6e7f8de62e98a911a3a55d3e7347e258');
INSERT INTO events VALUES(52,'2026-11-24T03:04:05.000006Z','station','{"kind":"restored","after":51,"vouched":true,"cards":10006,"lots":1002,"packs":1001,"minutes":101}',X'd6a87578934866e0a1632f216039d89a6e7f8de62e98a911a3a55d3e7347e258',X'8eaff4fe70ca4c24e5b9b482356130d651f4266c1a1a232a80d5224c2b0852c5');
INSERT INTO events VALUES(53,'2026-11-24T03:04:05.000006Z','station','{"kind":"stack-turned","printer":"p2","cards":1}',X'8eaff4fe70ca4c24e5b9b482356130d651f4266c1a1a232a80d5224c2b0852c5',X'75ae2e87537f539ca58ec8ded4aeded6527847068cadf8abefabcda0f7155836');
CREATE TABLE trail (
    seq INTEGER PRIMARY KEY
) STRICT;
INSERT INTO trail VALUES(9);
INSERT INTO trail VALUES(10);
INSERT INTO trail VALUES(11);
INSERT INTO trail VALUES(25);
INSERT INTO trail VALUES(28);
INSERT INTO trail VALUES(30);
INSERT INTO trail VALUES(32);
INSERT INTO trail VALUES(35);
INSERT INTO trail VALUES(39);
INSERT INTO trail VALUES(40);
INSERT INTO trail VALUES(42);
INSERT INTO trail VALUES(43);
INSERT INTO trail VALUES(51);
INSERT INTO trail VALUES(52);
INSERT INTO trail VALUES(53);
CREATE TABLE drops (
    drop_id   TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    received  INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    problems  TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO drops VALUES('D1','sdn-2',4,4,0,0,'{"name-one-word":1}','2026-11-24T03:04:05.000006Z');
CREATE TABLE lots (
    lot    INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    layout TEXT NOT NULL,
    mode   TEXT NOT NULL,
    cards  INTEGER NOT NULL,
    pdf    TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL
) STRICT;
INSERT INTO lots VALUES(1,'5-17','kia-5-17','overlay',2,'L00001.pdf','cc421e18139f05a3ab475819ecb4605f2e03d000b6b0887c742ae707f00e22f4',5,'2026-11-24T03:04:05.000006Z');
INSERT INTO lots VALUES(2,'5-17','kia-5-17','overlay',1,'L00002.pdf','0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',9,'2026-11-24T03:04:05.000006Z');
CREATE TABLE cards (
    card         INTEGER PRIMARY KEY,
    state        TEXT NOT NULL,
    reason       TEXT,
    kind         TEXT NOT NULL,
    lot          INTEGER REFERENCES lots (lot),
    position     INTEGER,
    nik_hash     TEXT NOT NULL,
    record_hash  TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    photo_hash   TEXT,
    request_hash TEXT,
    revisi       INTEGER NOT NULL,
    alasan       TEXT NOT NULL,
    npsn         TEXT,
    sekolah      TEXT,
    kelas        TEXT,
    kecamatan    TEXT NOT NULL,
    desa         TEXT NOT NULL,
    kode_wilayah TEXT,
    drop_id      TEXT NOT NULL,
    row          INTEGER,
    attempt      INTEGER NOT NULL,
    replaces     INTEGER REFERENCES cards (card),
    accepted_at  TEXT NOT NULL,
    moved_at     TEXT NOT NULL,
    printed_at   TEXT,
    erased_at    TEXT,
    code_hash    TEXT,
    -- The blanks it was booked from.
    media        TEXT,
    -- The minutes of its destruction.
    minutes      INTEGER REFERENCES destructions (minutes),
    -- The month in which it stops counting for its child. It names no day, so that no event tells
    -- a birthday, and it outlives the erasure of the record.
    expires      TEXT,
    -- When it came out of the printer, good or spoiled: its place in the register.
    out_at TEXT GENERATED ALWAYS AS
        (coalesce(printed_at, CASE state WHEN 'spoiled' THEN moved_at END)) VIRTUAL,
    -- A person cropped or replaced its photo: what the sender sent stays the content of the
    -- record, so that the same record again is still no news.
    photo_by_hand INTEGER NOT NULL DEFAULT 0,
    -- It is void and lies in the office still. One that a person said was lost does not.
    lies_here     INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO cards VALUES(1,'handed-over',NULL,'5-17',1,1,'625cd89758016d64da73f51a45547f8ef6aeb46e03331a6869cc7267055545fd','c94e06f15a87195b3f2334327556644b0787e8a04d281aeb2e1359299b524ddd','0d904e411ec4141907ba250113bb3ec3efab0f1d0debc1fecb3906b45d289478','d0178f3ee8842e8d1a5c81877062fd4f6fdbfd29fb743279d00981acfd6ec576','061c260dac407e4c46a943fd7a1eec22c2c47b8dc4b10c67160437bc6fcded37',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,1,NULL,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,'6cbe7046d75564b7b6507285db6d111859c861e901638ecacd5cc02749928a38','kia',NULL,'2035-03',0,0);
INSERT INTO cards VALUES(2,'spoiled','pita','5-17',1,2,'082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde','ce690deaa79c7bb5e580282445b7d563a40e287ebb31a6ad3c30e0f6aad4ef8e','44ab9e0ed13f5c7701abbf82080e33ad6b74fdbc000c055be4e8d1d770885c86',NULL,'ad59f6c30202ce913c98db221c1e7bb3e6eafe0bd81d3927863ef47c98d10a5a',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,1,NULL,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,'kia',1,'2035-03',0,0);
INSERT INTO cards VALUES(3,'accepted',NULL,'5-17',NULL,NULL,'60d6ae9ec4d5d195daa55e09b5161cab7bdfb6543b7c9fbceb8f157b408ddfd1','4cf514789622e4de460209bb784bd739360a43c5cdf2f9b22c916cd9ed5cd0d4','554731f105d94f5e1b7b424814374c0799fd61d8fe5d6da6029fa87478d6885c',NULL,'2ea3b3a486adf01fad347d587a207339c45b1989b5b4c2927230696cb9d6118e',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,1,NULL,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,NULL,NULL,'2035-03',0,0);
INSERT INTO cards VALUES(4,'cancelled',NULL,'5-17',NULL,NULL,'179c651a13e6d62c7a32a09100ae4de40ee3651f3b25ea28e36a27cb65a9aa10','7c72d9dc8507858a3b61ad350215bece5fc628d38f5cb40521a223f6b1955b5c','b171f0db535d5c8cce408dfda824dc05791ab517b1ef9f80bf99ebed57daccc5',NULL,'39509a248daaecd0457cef13d5dfda4590c49dc425f2df41f0d1f4fd78b6ef74',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,1,NULL,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,'2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,'2035-03',0,0);
INSERT INTO cards VALUES(5,'accepted',NULL,'5-17',NULL,NULL,'082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde','ce690deaa79c7bb5e580282445b7d563a40e287ebb31a6ad3c30e0f6aad4ef8e','44ab9e0ed13f5c7701abbf82080e33ad6b74fdbc000c055be4e8d1d770885c86',NULL,'ad59f6c30202ce913c98db221c1e7bb3e6eafe0bd81d3927863ef47c98d10a5a',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,2,2,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,NULL,NULL,'2035-03',0,0);
INSERT INTO cards VALUES(6,'cancelled',NULL,'5-17',2,1,'f0294e9bbcbc3a0cac02909f2be90e1c4af67139dc4866333856688908a8b2b6','04e0fc62f885427b1f8c184852e276c339a47f47746cf3477373224cf0b98b02','6cec74ac4495cc3e76a860fb16c2f418634f49c87b8d680f937d4152714b7876',NULL,'c1e2da46d5083e05d7c183787979193c0478af40be1ba9282421840cb33e6654',1,'BARU','10700001','SDN 2 CURUP TENGAH','2A','CURUP TENGAH','AIR BANG','17.02.19.1002','D1',1,1,NULL,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z',NULL,'2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,'2035-03',0,0);
CREATE TABLE lot_cards (
    lot      INTEGER NOT NULL REFERENCES lots (lot),
    position INTEGER NOT NULL,
    card     INTEGER NOT NULL REFERENCES cards (card),
    PRIMARY KEY (lot, position)
) STRICT, WITHOUT ROWID;
INSERT INTO lot_cards VALUES(1,1,1);
INSERT INTO lot_cards VALUES(1,2,2);
INSERT INTO lot_cards VALUES(2,1,6);
CREATE TABLE exceptions (
    rule     TEXT NOT NULL,
    nik_hash TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (rule, nik_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO exceptions VALUES('photo-shared','082615736498e2bfe318beebfe5ef4ddefdb3b87e64fa128d7fc3c76dcd10dde','anak kembar','2026-11-24T03:04:05.000006Z');
CREATE TABLE persons (
    card       INTEGER PRIMARY KEY REFERENCES cards (card),
    record     TEXT,
    photo      TEXT,
    token      TEXT UNIQUE,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL
) STRICT;
INSERT INTO persons VALUES(1,'{"id":"SIAK-2026-000001","revisi":1,"nik":"1702094503180001","no_kk":"1702091203100004","nama":"ANAK CONTOH 1","tempat_lahir":"CURUP","tanggal_lahir":"2018-03-05","jenis_kelamin":"PEREMPUAN","gol_darah":"O","agama":"ISLAM","kewarganegaraan":"WNI","no_akta":"1702-LU-12032018-0012","nama_kepala_keluarga":"KEPALA CONTOH","alamat":"JL. CONTOH NO. 12","rt":"003","rw":"001","desa":"AIR BANG","kecamatan":"CURUP TENGAH","kode_wilayah":"17.02.19.1002","berlaku_hingga":null,"foto":"foto.jpg","alasan":"BARU","sekolah":{"npsn":"10700001","nama":"SDN 2 CURUP TENGAH","kelas":"2A"},"persetujuan":{"oleh":"verifikator-01","pada":"2026-11-24T03:04:05.000006Z"},"qr":null}','d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','token','SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0011');
INSERT INTO persons VALUES(2,'{"id":"SIAK-2026-000002","revisi":1,"nik":"1702094503180002","no_kk":"1702091203100004","nama":"ANAK CONTOH 2","tempat_lahir":"CURUP","tanggal_lahir":"2018-03-05","jenis_kelamin":"PEREMPUAN","gol_darah":"O","agama":"ISLAM","kewarganegaraan":"WNI","no_akta":"1702-LU-12032018-0012","nama_kepala_keluarga":"KEPALA CONTOH","alamat":"JL. CONTOH NO. 12","rt":"003","rw":"001","desa":"AIR BANG","kecamatan":"CURUP TENGAH","kode_wilayah":"17.02.19.1002","berlaku_hingga":null,"foto":"foto.jpg","alasan":"BARU","sekolah":{"npsn":"10700001","nama":"SDN 2 CURUP TENGAH","kelas":"2A"},"persetujuan":{"oleh":"verifikator-01","pada":"2026-11-24T03:04:05.000006Z"},"qr":null}',NULL,NULL,'SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0012');
INSERT INTO persons VALUES(3,'{"id":"SIAK-2026-000003","revisi":1,"nik":"1702094503180003","no_kk":"1702091203100004","nama":"ANAK CONTOH 3","tempat_lahir":"CURUP","tanggal_lahir":"2018-03-05","jenis_kelamin":"PEREMPUAN","gol_darah":"O","agama":"ISLAM","kewarganegaraan":"WNI","no_akta":"1702-LU-12032018-0012","nama_kepala_keluarga":"KEPALA CONTOH","alamat":"JL. CONTOH NO. 12","rt":"003","rw":"001","desa":"AIR BANG","kecamatan":"CURUP TENGAH","kode_wilayah":"17.02.19.1002","berlaku_hingga":null,"foto":"foto.jpg","alasan":"BARU","sekolah":{"npsn":"10700001","nama":"SDN 2 CURUP TENGAH","kelas":"2A"},"persetujuan":{"oleh":"verifikator-01","pada":"2026-11-24T03:04:05.000006Z"},"qr":null}',NULL,NULL,'SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0013');
INSERT INTO persons VALUES(4,NULL,NULL,NULL,'SDN 0012 CURUP TENGAH10700001','0012A','');
INSERT INTO persons VALUES(5,'{"id":"SIAK-2026-000002","revisi":1,"nik":"1702094503180002","no_kk":"1702091203100004","nama":"ANAK CONTOH 2","tempat_lahir":"CURUP","tanggal_lahir":"2018-03-05","jenis_kelamin":"PEREMPUAN","gol_darah":"O","agama":"ISLAM","kewarganegaraan":"WNI","no_akta":"1702-LU-12032018-0012","nama_kepala_keluarga":"KEPALA CONTOH","alamat":"JL. CONTOH NO. 12","rt":"003","rw":"001","desa":"AIR BANG","kecamatan":"CURUP TENGAH","kode_wilayah":"17.02.19.1002","berlaku_hingga":null,"foto":"foto.jpg","alasan":"BARU","sekolah":{"npsn":"10700001","nama":"SDN 2 CURUP TENGAH","kelas":"2A"},"persetujuan":{"oleh":"verifikator-01","pada":"2026-11-24T03:04:05.000006Z"},"qr":null}',NULL,NULL,'SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0012');
INSERT INTO persons VALUES(6,NULL,NULL,NULL,'SDN 0012 CURUP TENGAH10700001','0012A','');
CREATE TABLE queue (
    kind       TEXT NOT NULL,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    card       INTEGER NOT NULL UNIQUE REFERENCES persons (card),
    PRIMARY KEY (kind, school_key, class_key, name_key, card)
) STRICT, WITHOUT ROWID;
INSERT INTO queue VALUES('5-17','SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0012',5);
INSERT INTO queue VALUES('5-17','SDN 0012 CURUP TENGAH10700001','0012A','ANAK CONTOH 0013',3);
CREATE TABLE lot_printers (
    lot     INTEGER PRIMARY KEY REFERENCES lots (lot),
    printer TEXT NOT NULL
) STRICT;
INSERT INTO lot_printers VALUES(1,'p1');
CREATE TABLE jobs (
    job      TEXT PRIMARY KEY,
    card     INTEGER NOT NULL REFERENCES cards (card),
    printer  TEXT NOT NULL,
    media    TEXT NOT NULL,
    side     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    stage    TEXT NOT NULL,
    id       INTEGER,
    uuid     TEXT,
    uri      TEXT,
    reasons  TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    moved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO jobs VALUES('kia:K000001-8',1,'p1','kia','both','0000000000000000000000000000000000000000000000000000000000000000','printed',7,'urn:uuid:1','ipp://localhost/7','[]','2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z');
CREATE TABLE stacks (
    printer TEXT PRIMARY KEY,
    cards   INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO stacks VALUES('p2',1,'2026-11-24T03:04:05.000006Z');
CREATE TABLE printers (
    printer TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    reasons TEXT NOT NULL,
    message TEXT,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO printers VALUES('p1','idle','[]','Siap','2026-11-24T03:04:05.000006Z');
CREATE TABLE scans (
    seq     INTEGER PRIMARY KEY,
    card    INTEGER REFERENCES cards (card),
    refusal TEXT,
    undone  INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT;
INSERT INTO scans VALUES(21,1,NULL,0,'2026-11-24T03:04:05.000006Z');
INSERT INTO scans VALUES(24,NULL,'unknown',0,'2026-11-24T03:04:05.000006Z');
CREATE TABLE serials (
    serial TEXT PRIMARY KEY,
    card   INTEGER NOT NULL UNIQUE REFERENCES cards (card),
    at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO serials VALUES('KIA0001',1,'2026-11-24T03:04:05.000006Z');
CREATE TABLE stock_days (
    media       TEXT NOT NULL,
    day         INTEGER NOT NULL,
    opening     INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    good        INTEGER NOT NULL,
    spoiled     INTEGER NOT NULL,
    test        INTEGER NOT NULL,
    lent        INTEGER NOT NULL,
    lent_out    INTEGER NOT NULL,
    faulty      INTEGER NOT NULL,
    begun_at    TEXT,
    date        TEXT,
    counted     INTEGER,
    explanation TEXT,
    second      TEXT,
    closed_seq  INTEGER,
    PRIMARY KEY (media, day)
) STRICT, WITHOUT ROWID;
INSERT INTO stock_days VALUES('kia',1,0,500,0,1,2,0,0,0,2,'2026-11-24T03:04:05.000006Z','2026-11-24',497,NULL,NULL,25);
INSERT INTO stock_days VALUES('kia',2,497,0,0,0,1,0,0,0,1,'2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE stock_serials (
    first TEXT NOT NULL,
    last  TEXT NOT NULL,
    media TEXT NOT NULL,
    batch TEXT,
    PRIMARY KEY (first, last)
) STRICT, WITHOUT ROWID;
INSERT INTO stock_serials VALUES('KIA0001','KIA0500','kia','P-1');
CREATE TABLE ribbons (
    ribbon TEXT PRIMARY KEY,
    shelf  INTEGER NOT NULL,
    left   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ribbons VALUES('pita',2,998);
CREATE TABLE destructions (
    minutes   INTEGER PRIMARY KEY,
    cards     INTEGER NOT NULL,
    blanks    TEXT NOT NULL,
    witnesses TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    at        TEXT NOT NULL
) STRICT;
INSERT INTO destructions VALUES(1,1,'{"kia":1}','["SAKSI CONTOH"]',35,'2026-11-24T03:04:05.000006Z');
CREATE TABLE accounts (
    user       TEXT PRIMARY KEY,
    role       TEXT NOT NULL,
    active     INTEGER NOT NULL,
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO accounts VALUES('budi','supervisor',1,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z');
CREATE TABLE credentials (
    user     TEXT PRIMARY KEY REFERENCES accounts (user),
    password TEXT NOT NULL,
    set_at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO credentials VALUES('budi','a hash','2026-11-24T03:04:05.000006Z');
CREATE TABLE sessions (
    token    TEXT PRIMARY KEY,
    user     TEXT NOT NULL REFERENCES accounts (user),
    client   TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    seen_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE senders (
    sender     TEXT PRIMARY KEY,
    active     INTEGER NOT NULL,
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO senders VALUES('siak',1,'2026-11-24T03:04:05.000006Z','2026-11-24T03:04:05.000006Z');
CREATE TABLE sender_tokens (
    token  TEXT PRIMARY KEY,
    sender TEXT NOT NULL UNIQUE REFERENCES senders (sender),
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sender_tokens VALUES('a hash','siak','2026-11-24T03:04:05.000006Z');
CREATE TABLE submissions (
    sender       TEXT NOT NULL REFERENCES senders (sender),
    request_hash TEXT NOT NULL,
    revisi       INTEGER NOT NULL,
    submission   TEXT NOT NULL UNIQUE,
    at           TEXT NOT NULL,
    PRIMARY KEY (sender, request_hash, revisi)
) STRICT, WITHOUT ROWID;
CREATE TABLE batch_approvals (
    upload   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    records  INTEGER NOT NULL,
    approver TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO batch_approvals VALUES('U1','sdn-2',4,'sari','2026-11-24T03:04:05.000006Z');
CREATE TABLE packs (
    pack        INTEGER PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    npsn        TEXT,
    sekolah     TEXT,
    kecamatan   TEXT,
    desa        TEXT,
    stage       TEXT NOT NULL,
    cards       INTEGER NOT NULL,
    outstanding INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    made_at     TEXT NOT NULL,
    closed_seq  INTEGER,
    carrier     TEXT,
    shipment    TEXT,
    sent_on     TEXT,
    received_on TEXT
) STRICT;
INSERT INTO packs VALUES(1,'a code','npsn/10700001','10700001','SDN 2 CURUP TENGAH',NULL,NULL,'sent',1,1,0,0,'2026-11-24T03:04:05.000006Z',28,'petugas',NULL,'2026-11-24',NULL);
CREATE TABLE pack_cards (
    pack        INTEGER NOT NULL REFERENCES packs (pack),
    card        INTEGER NOT NULL REFERENCES cards (card),
    moved       INTEGER NOT NULL,
    waived      INTEGER NOT NULL,
    unclaimed   INTEGER NOT NULL,
    put_at      TEXT NOT NULL,
    received_at TEXT,
    left_how    TEXT,
    left_why    TEXT,
    left_stage  TEXT,
    left_at     TEXT,
    PRIMARY KEY (pack, card)
) STRICT, WITHOUT ROWID;
INSERT INTO pack_cards VALUES(1,1,0,0,0,'2026-11-24T03:04:05.000006Z',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE pack_files (
    pack   INTEGER NOT NULL REFERENCES packs (pack),
    sha256 TEXT NOT NULL,
    name   TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL,
    PRIMARY KEY (pack, sha256)
) STRICT, WITHOUT ROWID;
INSERT INTO pack_files VALUES(1,'5d05adf8844983aef7150eb52e2317a8e13dcf86f7cb1131022f9bb38533436c','5d05adf8844983aef7150eb52e2317a8e13dcf86f7cb1131022f9bb38533436c.pdf',7,'2026-11-24T03:04:05.000006Z');
CREATE TABLE signing_keys (
    public_key TEXT PRIMARY KEY,
    at         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO signing_keys VALUES('f04aadb5e8834371db48af11e41847f0695528d800733221fbd61a1bec5c855a','2026-11-24T03:04:05.000006Z');
CREATE TABLE checkpoints (
    seq  INTEGER PRIMARY KEY,
    day  TEXT NOT NULL,
    -- Which of its day, from 1.
    part INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (day, part)
) STRICT;
INSERT INTO checkpoints VALUES(51,'2026-11-24',1,'{"format":"kia-checkpoint/1","station":"e1469068494c9a206f7fcb3696f136a3b3dd33c06f422c34cfa5a56feb6971f1","day":"2026-11-24","at":"2026-11-24T03:04:05.000006Z","seq":50,"head":"3a0ef5ed774d3d1f9464daba5d686b9ecd087605505584eb7d05dc69fbaaac93","cards":{"accepted":2,"cancelled":2,"handed-over":1,"spoiled":1},"public_key":"f04aadb5e8834371db48af11e41847f0695528d800733221fbd61a1bec5c855a","signature":"adf59bb2b08c6bab6ec547d1be6739432de71e471b57cf5e6a8d865f404cc5c6a3339b32fe8f81a8c541e6ae5f7ced8038b3163a54cc69b62fbad57e9032cd06"}');
CREATE TABLE restores (
    seq   INTEGER PRIMARY KEY,
    cards INTEGER NOT NULL,
    lots  INTEGER NOT NULL,
    at    TEXT NOT NULL,
    packs INTEGER,
    minutes INTEGER
) STRICT;
INSERT INTO restores VALUES(52,10006,1002,'2026-11-24T03:04:05.000006Z',1001,101);
CREATE TABLE purged_lots (
    lot INTEGER PRIMARY KEY REFERENCES lots (lot),
    at  TEXT NOT NULL
) STRICT;
INSERT INTO purged_lots VALUES(2,'2026-11-24T03:04:05.000006Z');
CREATE INDEX events_of_card ON events (card, seq) WHERE card IS NOT NULL;
CREATE INDEX events_of_audit ON events (seq) WHERE json_extract(body, '$.kind') = 'audited';
CREATE INDEX events_of_scan ON events (actor, seq)
    WHERE json_extract(body, '$.kind') = 'card-scanned';
CREATE INDEX drops_by_name ON drops (name, at);
CREATE UNIQUE INDEX one_live_card ON cards (nik_hash)
    WHERE state NOT IN ('spoiled', 'cancelled', 'void');
CREATE INDEX cards_of_nik ON cards (nik_hash, card);
CREATE INDEX cards_of_photo ON cards (photo_hash) WHERE photo_hash IS NOT NULL;
CREATE INDEX cards_in_state ON cards (state, kind, moved_at);
CREATE INDEX cards_of_row ON cards (drop_id, row);
CREATE INDEX cards_of_code ON cards (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX cards_without_code ON cards (card) WHERE code_hash IS NULL;
CREATE INDEX cards_to_destroy ON cards (card) WHERE state = 'spoiled' AND minutes IS NULL;
CREATE INDEX cards_lying_here ON cards (card) WHERE lies_here AND minutes IS NULL;
CREATE INDEX cards_rendered ON cards (lot, position) WHERE state = 'rendered';
CREATE INDEX cards_out ON cards (out_at, lot, position, card, kind, state) WHERE out_at NOTNULL;
CREATE INDEX cards_by_place ON cards
    (kecamatan, desa, kode_wilayah, npsn, sekolah, expires, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;
CREATE INDEX cards_expiring ON cards
    (expires, kind, npsn, sekolah, kecamatan, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;
CREATE INDEX cards_on_hand ON cards (npsn, sekolah, kecamatan, desa, state)
    WHERE state IN ('verified', 'returned');
CREATE INDEX lots_of_card ON lot_cards (card, lot);
CREATE INDEX persons_in_order ON persons (school_key, class_key, name_key, card);
CREATE INDEX persons_of_photo ON persons (photo) WHERE photo NOTNULL;
CREATE INDEX persons_by_name ON persons (name_key, card) WHERE name_key <> '';
CREATE INDEX lots_of_printer ON lot_printers (printer, lot);
CREATE INDEX jobs_begun ON jobs (printer, begun_at);
CREATE INDEX jobs_of_card ON jobs (card, side, stage);
CREATE UNIQUE INDEX one_open_job ON jobs (card) WHERE stage IN ('begun', 'created', 'sent');
CREATE INDEX jobs_done ON jobs (printer, moved_at) WHERE stage IN ('printed', 'spoiled');
CREATE INDEX scans_of_card ON scans (card, seq);
CREATE INDEX sessions_of_user ON sessions (user);
CREATE UNIQUE INDEX one_open_pack ON packs (destination) WHERE stage = 'open';
CREATE INDEX packs_under_way ON packs (sent_on) WHERE outstanding > 0;
CREATE UNIQUE INDEX one_pack ON pack_cards (card) WHERE left_how IS NULL;
CREATE INDEX packs_of_card ON pack_cards (card, pack);
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_never_vanish BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_have_no_gap BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'an event comes right after the last'); END;
CREATE TRIGGER events_are_chained BEFORE INSERT ON events
WHEN NEW.prev IS NOT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'an event carries the hash of the last'); END;
COMMIT;
