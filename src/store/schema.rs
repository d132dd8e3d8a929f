//! The tables as diesel sees them; `migrations/` is where they are made, and the story test reads and
//! writes every one of them on both databases.
#![allow(missing_docs)]

diesel::table! {
    communities (id) {
        id -> BigInt,
        name -> Text,
        policy -> Text,
        created_at -> BigInt,
        has_app_devices -> Bool,
        intercept_endpoint -> Nullable<BigInt>,
        stranger_endpoint -> Nullable<BigInt>,
        has_deferred -> Bool,
        bodies_gone_before -> BigInt,
        quarantine_gone_before -> BigInt,
    }
}

diesel::table! {
    members (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        name -> Text,
        guest -> Bool,
        created_at -> BigInt,
        listed -> Bool,
        name_key -> Text,
        named_at -> Nullable<BigInt>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    devices (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        member_id -> BigInt,
        phone -> BigInt,
        region -> Nullable<Text>,
        stopped_all -> Bool,
        created_at -> BigInt,
        frozen_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    pools (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    numbers (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        pool_id -> BigInt,
        e164 -> BigInt,
        carrier -> Text,
        capabilities -> SmallInt,
        region -> Nullable<Text>,
        rate_per_s -> Double,
        state -> Text,
        load -> BigInt,
        created_at -> BigInt,
        desk -> Bool,
        texts_per_day -> BigInt,
        campaign_id -> Nullable<BigInt>,
        hub -> Bool,
        hub_id -> Nullable<BigInt>,
        tag -> Integer,
    }
}

diesel::table! {
    number_directory (e164) {
        e164 -> BigInt,
        community_id -> BigInt,
        number_id -> BigInt,
    }
}

diesel::table! {
    assignments (community_id, member_id, number_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        number_id -> BigInt,
        contact_id -> BigInt,
        id -> BigInt,
        origin -> SmallInt,
        pending -> Bool,
        blocked -> Bool,
        stopped -> Bool,
        answered_at -> Nullable<BigInt>,
        last_activity_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    releases (community_id, member_id, number_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        number_id -> BigInt,
        contact_id -> BigInt,
        released_at -> BigInt,
        cool_until -> BigInt,
        made_at -> Nullable<BigInt>,
        memory_until -> BigInt,
        forwards_until -> BigInt,
    }
}

diesel::table! {
    phone_holds (community_id, phone, number_id) {
        community_id -> BigInt,
        phone -> BigInt,
        number_id -> BigInt,
        contact_id -> Nullable<BigInt>,
        released_at -> BigInt,
        cool_until -> BigInt,
    }
}

diesel::table! {
    opt_outs (community_id, phone, number_id) {
        community_id -> BigInt,
        phone -> BigInt,
        number_id -> BigInt,
        contact_id -> Nullable<BigInt>,
        created_at -> BigInt,
        id -> BigInt,
    }
}

diesel::table! {
    calls (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        origin -> SmallInt,
        node -> SmallInt,
        from_member -> Nullable<BigInt>,
        to_member -> Nullable<BigInt>,
        from_phone -> Nullable<BigInt>,
        dialled -> Nullable<BigInt>,
        shown -> Nullable<BigInt>,
        state -> SmallInt,
        cause -> Nullable<Text>,
        reason -> Nullable<Text>,
        ended_by -> Nullable<Text>,
        sip_status -> Nullable<SmallInt>,
        trunk_in -> Nullable<Text>,
        trunk_out -> Nullable<Text>,
        began_at -> BigInt,
        ringing_at -> Nullable<BigInt>,
        answered_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        hang_up -> Bool,
        quality -> Nullable<Text>,
        steps -> Nullable<Text>,
    }
}

diesel::table! {
    messages (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        origin -> SmallInt,
        from_member -> Nullable<BigInt>,
        to_member -> Nullable<BigInt>,
        from_phone -> Nullable<BigInt>,
        dialled -> Nullable<BigInt>,
        shown -> Nullable<BigInt>,
        text -> Text,
        status -> SmallInt,
        reason -> Nullable<Text>,
        detail -> Nullable<Text>,
        want_receipt -> Bool,
        carrier_in -> Nullable<Text>,
        carrier_ref -> Nullable<Text>,
        carrier_out -> Nullable<Text>,
        accepted_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
        media -> SmallInt,
        sent_at -> Nullable<BigInt>,
        held_until -> Nullable<BigInt>,
        urgent -> Bool,
        body_gone -> SmallInt,
        label -> Nullable<Text>,
        tag -> Nullable<Integer>,
    }
}

diesel::table! {
    table_warnings (community_id, member_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        warned_at -> BigInt,
    }
}

diesel::table! {
    message_parts (community_id, message_id, part) {
        community_id -> BigInt,
        message_id -> BigInt,
        part -> SmallInt,
        parts -> SmallInt,
        carrier -> Text,
        carrier_ref -> Text,
        status -> SmallInt,
        smsc -> Nullable<Text>,
    }
}

diesel::table! {
    held_parts (node, outlet, no) {
        node -> SmallInt,
        outlet -> Text,
        no -> BigInt,
        from_phone -> BigInt,
        to_number -> BigInt,
        reference_kind -> SmallInt,
        reference -> Integer,
        total -> SmallInt,
        part -> SmallInt,
        data_coding -> SmallInt,
        body -> Binary,
        carrier_ref -> Nullable<Text>,
        want_receipt -> Bool,
        valid_for_s -> Nullable<BigInt>,
        due_at -> BigInt,
    }
}

diesel::table! {
    early_receipts (id) {
        id -> BigInt,
        carrier -> Text,
        smsc -> Nullable<Text>,
        carrier_ref -> Text,
        status -> SmallInt,
        detail -> Nullable<Text>,
        received_at -> BigInt,
    }
}

diesel::table! {
    assignment_history (community_id, member_id, number_id, at, id) {
        community_id -> BigInt,
        member_id -> BigInt,
        number_id -> BigInt,
        at -> BigInt,
        id -> BigInt,
        contact_id -> BigInt,
        assignment_id -> BigInt,
        live -> Bool,
        origin -> SmallInt,
        pending -> Bool,
        blocked -> Bool,
        stopped -> Bool,
        cool_until -> Nullable<BigInt>,
        why -> SmallInt,
        who -> SmallInt,
        who_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_history (community_id, member_id, at, id) {
        community_id -> BigInt,
        member_id -> BigInt,
        at -> BigInt,
        id -> BigInt,
        device_id -> BigInt,
        phone -> Nullable<BigInt>,
        present -> Bool,
        stopped_all -> Bool,
        frozen -> Bool,
    }
}

diesel::table! {
    number_history (community_id, number_id, at, id) {
        community_id -> BigInt,
        number_id -> BigInt,
        at -> BigInt,
        id -> BigInt,
        in_service -> Bool,
        desk -> Bool,
    }
}

diesel::table! {
    history_starts (community_id) {
        community_id -> BigInt,
        began_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> BigInt,
        secret -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    former_signing_keys (public) {
        public -> Text,
        created_at -> BigInt,
        ended_at -> BigInt,
    }
}

diesel::table! {
    verifications (id) {
        id -> BigInt,
        community_id -> Nullable<BigInt>,
        state -> Text,
        assignments -> BigInt,
        about -> BigInt,
        offenders -> BigInt,
        error -> Nullable<Text>,
        began_at -> BigInt,
        updated_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    verification_parts (verification_id, no) {
        verification_id -> BigInt,
        no -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    outbox (community_id, message_id, kind) {
        community_id -> BigInt,
        message_id -> BigInt,
        kind -> SmallInt,
        node -> SmallInt,
        lane -> BigInt,
        carrier -> Text,
        number_id -> BigInt,
        number_rate -> Double,
        member_id -> Nullable<BigInt>,
        member_rate -> Integer,
        from_number -> BigInt,
        to_phone -> BigInt,
        attempts -> Integer,
        due_at -> BigInt,
        expires_at -> BigInt,
        open_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    strangers (community_id, phone, number_id, kind) {
        community_id -> BigInt,
        phone -> BigInt,
        number_id -> BigInt,
        kind -> SmallInt,
        message_id -> BigInt,
        since -> BigInt,
        texts -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> BigInt,
        name -> Text,
        scope -> Text,
        community_id -> Nullable<BigInt>,
        token_hash -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        app -> Nullable<Text>,
        read_only -> Bool,
    }
}

diesel::table! {
    events (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        kind -> Text,
        lane -> BigInt,
        data -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    callback_endpoints (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        app -> Nullable<Text>,
        url -> Text,
        description -> Text,
        kinds -> Text,
        intercepts -> Bool,
        strangers -> Bool,
        state -> Text,
        disabled_reason -> Nullable<Text>,
        failures -> Integer,
        open_until -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    endpoint_secrets (community_id, endpoint_id, id) {
        community_id -> BigInt,
        endpoint_id -> BigInt,
        id -> BigInt,
        secret -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    deliveries (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        endpoint_id -> BigInt,
        event_id -> BigInt,
        kind -> Text,
        lane -> BigInt,
        message_id -> Nullable<BigInt>,
        state -> SmallInt,
        attempts -> Integer,
        due_at -> BigInt,
        last_status -> Nullable<SmallInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    delivery_attempts (community_id, delivery_id, attempt) {
        community_id -> BigInt,
        delivery_id -> BigInt,
        attempt -> Integer,
        at -> BigInt,
        duration_ms -> BigInt,
        status -> Nullable<SmallInt>,
        error -> Nullable<Text>,
        request -> Text,
        answer -> Text,
    }
}

diesel::table! {
    app_devices (community_id, member_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        id -> BigInt,
        endpoint_id -> BigInt,
        texts_to -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (key_id, name) {
        key_id -> BigInt,
        name -> Text,
        request_hash -> Text,
        status -> SmallInt,
        answer -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    media (token) {
        token -> Text,
        content_type -> Text,
        bytes -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        keep_until -> BigInt,
    }
}

diesel::table! {
    message_media (community_id, message_id, position) {
        community_id -> BigInt,
        message_id -> BigInt,
        position -> SmallInt,
        token -> Text,
    }
}

diesel::table! {
    member_references (community_id, reference) {
        community_id -> BigInt,
        reference -> Text,
        member_id -> BigInt,
    }
}

diesel::table! {
    imports (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        kind -> SmallInt,
        together -> Bool,
        dry_run -> Bool,
        name -> Text,
        content -> Text,
        size -> BigInt,
        state -> SmallInt,
        next_byte -> BigInt,
        next_line -> BigInt,
        added -> BigInt,
        unchanged -> BigInt,
        refused -> BigInt,
        began_at -> BigInt,
        changed_at -> BigInt,
        failure_code -> Nullable<Text>,
        failure_sentence -> Nullable<Text>,
    }
}

diesel::table! {
    import_lines (community_id, import_id, member_id, contact_id) {
        community_id -> BigInt,
        import_id -> BigInt,
        member_id -> BigInt,
        contact_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    import_refusals (community_id, import_id, line) {
        community_id -> BigInt,
        import_id -> BigInt,
        line -> BigInt,
        reason -> Text,
        sentence -> Text,
    }
}

diesel::table! {
    desk_phones (community_id, number_id, phone) {
        community_id -> BigInt,
        number_id -> BigInt,
        phone -> BigInt,
        member_id -> BigInt,
        used_at -> BigInt,
        minute_at -> BigInt,
        minute_texts -> Integer,
        menu -> Nullable<Text>,
        menu_until -> BigInt,
    }
}

diesel::table! {
    books (community_id, member_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        taken_at -> BigInt,
        taken -> Binary,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    book_links (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        member_id -> BigInt,
        token_hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        taken_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaigns (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        name -> Text,
        pool_id -> Nullable<BigInt>,
        rate_per_s -> Double,
        texts_per_day -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    traffic_days (community_id, day, kind, holder_id) {
        community_id -> BigInt,
        day -> BigInt,
        kind -> SmallInt,
        holder_id -> BigInt,
        texts -> BigInt,
        reserved -> BigInt,
        span -> BigInt,
        in_span -> BigInt,
        before_span -> BigInt,
    }
}

diesel::table! {
    traffic_waits (community_id, number_id, hour, class) {
        community_id -> BigInt,
        number_id -> BigInt,
        hour -> BigInt,
        class -> SmallInt,
        texts -> BigInt,
    }
}

diesel::table! {
    deferred_texts (community_id, message_id) {
        community_id -> BigInt,
        message_id -> BigInt,
        lane -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
    }
}

diesel::table! {
    opt_ins (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        phone -> BigInt,
        number_id -> BigInt,
        contact_id -> Nullable<BigInt>,
        source -> Text,
        evidence -> Text,
        given_at -> BigInt,
        recorded_at -> BigInt,
        who -> SmallInt,
        who_id -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    blocks (community_id, member_id, contact_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        contact_id -> BigInt,
        created_at -> BigInt,
        who -> SmallInt,
        who_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    hashed_phones (community_id, hash, kind, number_id) {
        community_id -> BigInt,
        hash -> Binary,
        kind -> SmallInt,
        number_id -> BigInt,
        contact_id -> Nullable<BigInt>,
        since -> BigInt,
        cool_until -> BigInt,
        id -> BigInt,
    }
}

diesel::table! {
    hash_keys (id) {
        id -> BigInt,
        secret -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    former_names (community_id, member_id, was_id, name) {
        community_id -> BigInt,
        member_id -> BigInt,
        was_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    erasures (community_id, member_id) {
        community_id -> BigInt,
        member_id -> BigInt,
        names -> Text,
        phones -> Text,
        began_at -> BigInt,
    }
}

diesel::table! {
    swaps (community_id, id) {
        community_id -> BigInt,
        id -> BigInt,
        carrier -> Nullable<Text>,
        region -> Nullable<Text>,
        overlap_s -> BigInt,
        notice -> Nullable<Text>,
        state -> SmallInt,
        undoing -> Bool,
        total -> BigInt,
        moved -> BigInt,
        failed -> BigInt,
        told -> BigInt,
        undone -> BigInt,
        not_undone -> BigInt,
        place_member -> BigInt,
        place_number -> BigInt,
        pass_moved -> BigInt,
        forwards_until -> BigInt,
        who -> SmallInt,
        who_id -> Nullable<BigInt>,
        created_at -> BigInt,
        changed_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        waits -> Bool,
    }
}

diesel::table! {
    swap_numbers (community_id, swap_id, number_id) {
        community_id -> BigInt,
        swap_id -> BigInt,
        number_id -> BigInt,
        emptied -> Bool,
        former_state -> Text,
        forwards_until -> BigInt,
    }
}

diesel::table! {
    swap_moves (community_id, swap_id, member_id, from_number_id) {
        community_id -> BigInt,
        swap_id -> BigInt,
        member_id -> BigInt,
        from_number_id -> BigInt,
        contact_id -> BigInt,
        assignment_id -> BigInt,
        to_number_id -> Nullable<BigInt>,
        moved_at -> BigInt,
        told -> SmallInt,
        notice_id -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        undone_at -> Nullable<BigInt>,
        undo_reason -> Nullable<Text>,
    }
}

diesel::table! {
    admin_users (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        password_hash -> Nullable<Text>,
        role -> Text,
        all_communities -> Bool,
        totp_secret -> Nullable<Text>,
        totp_pending -> Nullable<Text>,
        totp_step -> BigInt,
        disabled -> Bool,
        created_at -> BigInt,
        signed_in_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    admin_user_communities (user_id, community_id) {
        user_id -> BigInt,
        community_id -> BigInt,
    }
}

diesel::table! {
    admin_sessions (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    admin_invites (token_hash) {
        token_hash -> Text,
        user_id -> Nullable<BigInt>,
        role -> Text,
        expires_at -> BigInt,
        takes_totp -> Bool,
    }
}

diesel::table! {
    admin_identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    oidc_used (state_hash) {
        state_hash -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> BigInt,
        user_id -> Nullable<BigInt>,
        name -> Text,
        what -> Text,
        target -> Text,
        address -> Text,
        status -> Integer,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    admin_identities,
    admin_users,
    api_keys,
    app_devices,
    assignments,
    blocks,
    book_links,
    books,
    callback_endpoints,
    calls,
    campaigns,
    communities,
    deferred_texts,
    deliveries,
    delivery_attempts,
    desk_phones,
    devices,
    early_receipts,
    endpoint_secrets,
    events,
    held_parts,
    idempotency_keys,
    media,
    members,
    message_media,
    message_parts,
    messages,
    number_directory,
    numbers,
    opt_ins,
    opt_outs,
    outbox,
    phone_holds,
    pools,
    releases,
    strangers,
    swap_moves,
    swap_numbers,
    swaps,
    traffic_days,
    traffic_waits,
);
