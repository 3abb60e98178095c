//! The tables as diesel sees them; the migrations create them.

#![allow(missing_docs, reason = "the columns are those of the migrations and of the model, which documents them")]

diesel::table! {
    organisations (id) {
        id -> Integer,
        ukprn -> Text,
        org_ref -> Text,
        name -> Text,
        learner_registration_body -> Bool,
        awarding_organisation -> Bool,
        active -> Bool,
        permissions -> Text,
        password_hash -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    certificates (fingerprint) {
        fingerprint -> Text,
        subject -> Text,
        not_after -> Timestamp,
        registered_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        key_hash -> Nullable<Text>,
        warned_days -> Nullable<Integer>,
    }
}

diesel::table! {
    certificate_requests (id) {
        id -> Integer,
        organisation_id -> Integer,
        key_hash -> Text,
        key_kind -> Text,
        request -> Text,
        asked_at -> Timestamp,
        fingerprint -> Nullable<Text>,
        certificate -> Nullable<Text>,
    }
}

diesel::table! {
    certificate_organisations (fingerprint, organisation_id) {
        fingerprint -> Text,
        organisation_id -> Integer,
    }
}

diesel::table! {
    registry_changes (id) {
        id -> Integer,
        number -> BigInt,
    }
}

diesel::table! {
    learners (id) {
        id -> BigInt,
        uln -> Text,
        version -> Integer,
        status -> Text,
        master_uln -> Nullable<Text>,
        has_linked -> Bool,
        title -> Nullable<Text>,
        given_name -> Text,
        middle_other_name -> Nullable<Text>,
        family_name -> Text,
        preferred_given_name -> Nullable<Text>,
        previous_family_name -> Nullable<Text>,
        family_name_at_age_16 -> Nullable<Text>,
        school_at_age_16 -> Nullable<Text>,
        address_line_1 -> Nullable<Text>,
        address_line_2 -> Nullable<Text>,
        address_town -> Nullable<Text>,
        address_county_or_city -> Nullable<Text>,
        postcode -> Text,
        date_of_address_capture -> Nullable<Date>,
        date_of_birth -> Date,
        place_of_birth -> Nullable<Text>,
        gender -> Text,
        email_address -> Nullable<Text>,
        nationality -> Nullable<Text>,
        scottish_candidate_number -> Nullable<Text>,
        verification_type -> Text,
        other_verification_description -> Nullable<Text>,
        tier_level -> Text,
        ability_to_share -> Text,
        notes -> Nullable<Text>,
        telephone_number -> Nullable<Text>,
        unique_candidate_identifier -> Nullable<Text>,
        unique_pupil_number -> Nullable<Text>,
        registered_by -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        given_key -> Text,
        preferred_given_key -> Nullable<Text>,
        family_key -> Text,
        previous_family_key -> Nullable<Text>,
        family_at_16_key -> Nullable<Text>,
        postcode_key -> Text,
        outward -> Text,
        given_phonetic -> Text,
        family_phonetic -> Text,
    }
}

diesel::table! {
    learning_events (id) {
        id -> Integer,
        uln -> Text,
        source -> Text,
        status -> Text,
        achievement_award_date -> Nullable<Date>,
        achievement_provider_name -> Text,
        achievement_provider_ukprn -> Text,
        awarding_organisation_name -> Nullable<Text>,
        awarding_organisation_ukprn -> Nullable<Text>,
        collection_type -> Nullable<Text>,
        credits -> BigInt,
        date_loaded -> Nullable<Timestamp>,
        grade -> Nullable<Text>,
        language_for_assessment -> Nullable<Text>,
        level -> Nullable<Text>,
        participation_start_date -> Nullable<Date>,
        participation_end_date -> Nullable<Date>,
        qualification_type -> Nullable<Text>,
        restriction -> Nullable<Text>,
        return_number -> Nullable<Text>,
        subject -> Text,
        subject_code -> Text,
        under_data_challenge -> Bool,
        withdrawn_from -> Nullable<Text>,
        submitted_provider_ukprn -> Nullable<Text>,
        mis_identifier -> Nullable<Text>,
        action_date -> Nullable<Date>,
        action_reason -> Nullable<Text>,
    }
}

diesel::table! {
    challenges (id) {
        id -> Integer,
        raised_by -> Integer,
        raised_by_name -> Text,
        account_id -> Nullable<Integer>,
        decided_by -> Nullable<Text>,
        uln -> Text,
        kind -> Text,
        state -> Text,
        event_id -> Nullable<Integer>,
        other_event_id -> Nullable<Integer>,
        original -> Text,
        supplied -> Text,
        contact_name -> Text,
        telephone -> Text,
        email -> Text,
        information -> Text,
        created_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
        case_number -> Nullable<Integer>,
    }
}

diesel::table! {
    challenge_steps (challenge_id, number) {
        challenge_id -> Integer,
        number -> Integer,
        at -> Timestamp,
        state -> Text,
        organisation -> Text,
        user_name -> Text,
        message -> Text,
    }
}

diesel::table! {
    event_versions (event_id, number) {
        event_id -> Integer,
        number -> Integer,
        at -> Timestamp,
        challenge_id -> Integer,
        before -> Text,
        after -> Text,
    }
}

diesel::table! {
    catalogue (reference) {
        reference -> Text,
        title -> Text,
        qualification_type -> Text,
        level -> Nullable<Text>,
        credits -> BigInt,
        grading -> Text,
        owner -> Text,
        availability -> Text,
        shared_with -> Text,
        operational_end -> Nullable<Date>,
        certification_end -> Nullable<Date>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    awarding_recognitions (organisation_id) {
        organisation_id -> Integer,
        status -> Text,
        ended_on -> Nullable<Date>,
    }
}

diesel::table! {
    recent_searches (organisation_id, details) {
        organisation_id -> Integer,
        details -> Text,
        at -> Timestamp,
        outcome -> Text,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> Timestamp,
        organisation_id -> Nullable<Integer>,
        organisation_ref -> Text,
        organisation_name -> Text,
        user_name -> Text,
        certificate -> Nullable<Text>,
        door -> Text,
        action -> Text,
        uln -> Nullable<Text>,
        outcome -> Text,
        record_shown -> Bool,
        account_id -> Nullable<Integer>,
        about_account_id -> Nullable<Integer>,
        chain -> Nullable<Integer>,
        sequence -> Nullable<BigInt>,
        hash -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_chains (chain) {
        chain -> Integer,
        length -> BigInt,
        head -> Binary,
    }
}

diesel::table! {
    audit_erased (chain) {
        chain -> Integer,
        through -> BigInt,
        hash -> Binary,
        erased_at -> Timestamp,
    }
}

diesel::table! {
    audit_start (chains) {
        chains -> Integer,
        uncovered -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        organisation_id -> Integer,
        user_name -> Text,
        certificate -> Nullable<Text>,
        door -> Text,
        submitted_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        state -> Text,
        attempts -> Integer,
        turns -> Integer,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        records -> Integer,
        records_done -> Integer,
        settings -> Text,
        rejection_reason -> Nullable<Text>,
        counters -> Nullable<Text>,
        records_deleted_at -> Nullable<Timestamp>,
        file_name -> Nullable<Text>,
    }
}

diesel::table! {
    job_files (job_id, piece) {
        job_id -> BigInt,
        piece -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    job_turns (organisation_id) {
        organisation_id -> Integer,
        turn -> BigInt,
    }
}

diesel::table! {
    job_records (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
        input -> Text,
    }
}

diesel::table! {
    job_results (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
        code -> Text,
        output -> Nullable<Text>,
    }
}

diesel::table! {
    maintenance_windows (number) {
        number -> Integer,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        affects -> Text,
        explanation -> Text,
        planned_at -> Timestamp,
        cancelled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Integer,
        email -> Text,
        email_key -> Text,
        given_name -> Text,
        family_name -> Text,
        telephone -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        password_set_at -> Nullable<Timestamp>,
        totp_secret -> Nullable<Text>,
        totp_step -> BigInt,
        wrong_passwords -> Integer,
        wrong_codes -> Integer,
        locked_at -> Nullable<Timestamp>,
        agreed_at -> Nullable<Timestamp>,
        active_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    account_passwords (account_id, set_at) {
        account_id -> Integer,
        set_at -> Timestamp,
        password_hash -> Text,
    }
}

diesel::table! {
    recovery_codes (account_id, code_hash) {
        account_id -> Integer,
        code_hash -> Text,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Integer,
        account_id -> Integer,
        name -> Text,
        credential -> Text,
        fixed -> Text,
        counted -> Text,
        added_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_links (token_hash) {
        token_hash -> Text,
        account_id -> Integer,
        purpose -> Text,
        password_hash -> Nullable<Text>,
        totp_secret -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    outbox (id) {
        id -> Integer,
        recipient -> Text,
        name -> Text,
        kind -> Text,
        organisation -> Nullable<Text>,
        token -> Nullable<Text>,
        attempts -> Integer,
        due_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    memberships (account_id, organisation_id) {
        account_id -> Integer,
        organisation_id -> Integer,
        roles -> Text,
        suspended -> Bool,
        staff_reference -> Nullable<Text>,
        identity_check -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    pending_sign_ins (token_hash) {
        token_hash -> Text,
        account_id -> Integer,
        wrong_codes -> Integer,
        expires_at -> Timestamp,
        passkey_question -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Integer,
        token_hash -> Text,
        account_id -> Integer,
        organisation_id -> Nullable<Integer>,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        second_factor_at -> Timestamp,
        passkey_question -> Nullable<Text>,
    }
}

diesel::table! {
    uploads (id) {
        id -> BigInt,
        organisation_id -> Integer,
        user_name -> Text,
        door -> Text,
        file_name -> Text,
        kind -> Nullable<Text>,
        check_only -> Bool,
        size -> BigInt,
        state -> Text,
        received_at -> Timestamp,
        checked_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        attempts -> Integer,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        summary -> Nullable<Text>,
        job_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    upload_pieces (upload_id, piece) {
        upload_id -> BigInt,
        piece -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    upload_finding_kinds (upload_id, kind) {
        upload_id -> BigInt,
        kind -> Integer,
        weight -> Text,
        code -> Text,
        heading -> Text,
        rule -> Text,
        advice -> Text,
        findings -> Integer,
        first_row -> Nullable<Integer>,
    }
}

diesel::table! {
    upload_findings (upload_id, number) {
        upload_id -> BigInt,
        number -> Integer,
        kind -> Integer,
        place -> Nullable<Integer>,
        found -> Text,
    }
}

diesel::table! {
    worked_exceptions (job_id, number) {
        job_id -> BigInt,
        number -> Integer,
        organisation_id -> Integer,
        worked_at -> Timestamp,
        user_name -> Text,
        way -> Text,
        code -> Text,
        uln -> Nullable<Text>,
        reason -> Text,
        input -> Text,
    }
}

diesel::table! {
    service_minutes (minute) {
        minute -> Timestamp,
        maintenance -> Bool,
    }
}

diesel::table! {
    service_days (day, function) {
        day -> Date,
        function -> Text,
        answered -> BigInt,
        failed -> BigInt,
        failed_minutes -> BigInt,
    }
}

diesel::table! {
    trail_position (generation) {
        generation -> Text,
        position -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(jobs, job_records, job_results, worked_exceptions);
diesel::allow_tables_to_appear_in_same_query!(jobs, job_turns);
diesel::allow_tables_to_appear_in_same_query!(jobs, uploads);
diesel::allow_tables_to_appear_in_same_query!(certificates, certificate_organisations, organisations);
diesel::allow_tables_to_appear_in_same_query!(accounts, memberships);

diesel::table! {
    plans (id) {
        id -> BigInt,
        uln -> Text,
        organisation_id -> Integer,
        version -> Integer,
        changed_at -> Timestamp,
        content -> Text,
    }
}

diesel::table! {
    plan_versions (plan_id, version) {
        plan_id -> BigInt,
        version -> Integer,
        organisation_id -> Integer,
        user_name -> Text,
        changed_at -> Timestamp,
        step -> Text,
        content -> Text,
    }
}

diesel::table! {
    kept_values (handle) {
        handle -> Text,
        session_id -> Integer,
        kind -> Text,
        value -> Text,
        kept_at -> Timestamp,
    }
}

diesel::table! {
    link_changes (id) {
        id -> BigInt,
        changed_at -> Timestamp,
        kind -> Text,
        uln -> Text,
        master_uln -> Nullable<Text>,
        reason -> Text,
        user_name -> Text,
        organisation_id -> Nullable<Integer>,
        part_of -> Nullable<BigInt>,
    }
}

diesel::table! {
    cases (number) {
        number -> Integer,
        kind -> Text,
        category -> Text,
        summary -> Text,
        logged_at -> Timestamp,
        logged_by -> Text,
        organisation_id -> Nullable<Integer>,
        rectified_at -> Nullable<Timestamp>,
        rectified_by -> Nullable<Text>,
        advice -> Nullable<Text>,
        outage_began_at -> Nullable<Timestamp>,
        outage_words -> Nullable<Text>,
    }
}

diesel::table! {
    uln_problems (case_number) {
        case_number -> Integer,
        problem -> Text,
        uln -> Text,
        other_uln -> Nullable<Text>,
        explanation -> Text,
    }
}

diesel::joinable!(uln_problems -> cases (case_number));
diesel::allow_tables_to_appear_in_same_query!(cases, uln_problems);
diesel::allow_tables_to_appear_in_same_query!(link_changes, learners, audit);

diesel::table! {
    achievement_steps (event_id, number) {
        event_id -> Integer,
        number -> Integer,
        at -> Timestamp,
        door -> Text,
        user_name -> Text,
        done -> Text,
        standing -> Text,
        award_date -> Nullable<Date>,
        grade -> Nullable<Text>,
        language -> Nullable<Text>,
        action_date -> Nullable<Date>,
        action_reason -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(achievement_steps, learning_events);

diesel::table! {
    erased_ulns (uln) {
        uln -> Text,
        erased_at -> Timestamp,
    }
}
