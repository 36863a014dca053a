use super::*;

fn school(npsn: Option<&str>, nama: Option<&str>) -> Destination {
    let school = School {
        npsn: npsn.map(str::to_owned),
        nama: nama.map(str::to_owned),
        kelas: Some("2A".into()),
    };
    Destination::of(&school, "CURUP TENGAH", "AIR BANG")
}

#[test]
fn a_destination_is_found_by_number_name_or_key_and_by_nothing_of_another() {
    let named = school(None, Some("SDN 1 CURUP"));
    let village = school(None, None);
    for (destination, asked) in [
        (&school(Some("10700001"), None), "10700001"),
        (&named, "sdn 1 curup"),
        (&village, "Air Bang"),
    ] {
        assert!(destination.is(asked) && destination.is(&destination.key()));
    }
    // Villages of one name lie in several districts: the key alone tells them apart.
    let other = Destination::Village {
        kecamatan: "CURUP".into(),
        desa: "AIR BANG".into(),
    };
    assert!(other.is("air bang") && !other.is(&village.key()));
}

#[test]
fn a_refusal_names_its_cards_and_packs_in_both_languages() {
    let pack = PackId::new(12);
    let cards = vec![CardId::new(7), CardId::new(8)];
    let refusal = PackRefusal::Unverified {
        pack,
        cards: cards.clone(),
    };
    let text = refusal.text();
    for text in [text.id, text.en] {
        assert!(text.contains(&pack.to_string()), "{text}");
        assert!(
            cards.iter().all(|card| text.contains(&card.to_string())),
            "{text}"
        );
    }
    let (is, wanted) = (Stage::Open, Stage::Sent);
    let stage = PackRefusal::Stage { pack, is, wanted }.text().id;
    assert!(
        stage.contains("terbuka") && stage.contains("dikirim"),
        "{stage}"
    );
}

#[test]
fn names_are_the_same_for_serde_and_for_people() {
    for stage in Stage::ALL {
        assert_eq!(Stage::from_name(stage.name()), Some(stage));
        assert_eq!(serde_json::to_value(stage).unwrap(), stage.name());
    }
    for state in PackState::ALL {
        assert_eq!(PackState::from_name(state.name()), Some(state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
    for carrier in Carrier::ALL {
        assert_eq!(Carrier::from_code(carrier.code()), Some(carrier));
        assert_eq!(serde_json::to_value(carrier).unwrap(), carrier.code());
    }
    for reason in ReturnReason::ALL {
        assert_eq!(ReturnReason::from_code(reason.code()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
    }
    for way in Leaving::ALL {
        assert_eq!(Leaving::from_name(way.name()), Some(way));
        assert_eq!(serde_json::to_value(way).unwrap(), way.name());
    }
}

#[test]
fn a_school_is_known_by_its_number_however_its_name_is_spelled() {
    let one = school(Some("10700001"), Some("SDN 2 CURUP TENGAH"));
    let two = school(Some("10700001"), Some("SD Negeri 02 Curup Tengah"));
    assert_eq!(one.key(), two.key());
    assert_ne!(one.key(), school(Some("10700002"), None).key());
    let (a, b) = (school(None, Some("sdn 2 ")), school(None, Some("SDN 2")));
    assert_eq!(a.key(), b.key());
    assert!(one.is("10700001") && one.is("sdn 2 curup tengah") && !one.is("SDN 2"));
    let village = school(None, None);
    assert_eq!(
        village.name(),
        "DESA/KELURAHAN AIR BANG, KECAMATAN CURUP TENGAH"
    );
    assert!(village.is("air bang"));
    assert_ne!(village.key(), school(None, Some("AIR BANG")).key());
}

#[test]
fn a_pack_is_received_when_nothing_is_outstanding_and_returned_when_nothing_arrived() {
    let state = |outstanding, received, returned| {
        let tally = Tally {
            cards: outstanding + received,
            outstanding,
            received,
            returned,
        };
        PackState::of(Stage::Sent, tally)
    };
    assert_eq!(state(3, 0, 0), PackState::Sent);
    assert_eq!(state(2, 1, 0), PackState::Partial);
    assert_eq!(state(2, 0, 1), PackState::Partial);
    assert_eq!(state(0, 2, 1), PackState::Received);
    assert_eq!(state(0, 0, 3), PackState::Returned);
    let open = PackState::of(Stage::Open, Tally::default());
    assert_eq!(open, PackState::Open);
}

#[test]
fn a_pack_closes_with_proved_cards_alone_unless_the_rest_is_waived() {
    let pack = PackId::new(1);
    let card = CardId::new;
    let good = [(card(1), State::Verified), (card(2), State::Returned)];
    assert_eq!(judge_close(pack, &good, false), Ok(vec![]));
    assert_eq!(judge_close(pack, &[], true), Err(PackRefusal::Empty(pack)));
    let mixed = [good[0], (card(3), State::Printed)];
    let refused = judge_close(pack, &mixed, false);
    let cards = vec![card(3)];
    assert_eq!(refused, Err(PackRefusal::Unverified { pack, cards }));
    assert_eq!(judge_close(pack, &mixed, true), Ok(vec![card(3)]));
}

#[test]
fn a_shipment_number_is_kept_whole_and_is_no_nik() {
    for good in ["P2611240012345", "EE123456789ID", "ARTIS/2026/0012"] {
        assert_eq!(good.parse::<ShipmentNumber>().unwrap().as_str(), good);
    }
    for bad in ["", "12", "a b c", "1702094503180001", "x-1702094503180001"] {
        assert!(bad.parse::<ShipmentNumber>().is_err(), "{bad}");
    }
}

#[test]
fn every_card_that_can_be_packed_may_become_packed_and_leave_again() {
    for state in State::ALL {
        assert_eq!(
            can_be_packed(state),
            state.may_become(State::Packed),
            "{state}"
        );
        if Leaving::by(state).is_some() {
            assert!(State::HandedOver.may_become(state), "{state}");
        }
    }
}
