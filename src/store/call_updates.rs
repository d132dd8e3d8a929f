//! What is updated for every call, as fixed SQL with binds: see [`super::update`] for why.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, SmallInt, Text};
use diesel::{Connection, RunQueryDsl};

use super::calls::Ending;
use crate::domain::call::State;

const RINGING: i16 = State::Ringing.code();
const ANSWERED: i16 = State::Answered.code();
const ENDED: i16 = State::Ended.code();

/// A phone rings.
#[derive(QueryId)]
pub(super) struct Ring {
    pub community_id: i64,
    pub id: i64,
    pub at: i64,
}

impl<DB> QueryFragment<DB> for Ring
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<SmallInt>,
    i64: ToSql<BigInt, DB>,
    i16: ToSql<SmallInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE calls SET ringing_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE community_id = ");
        out.push_bind_param::<BigInt, _>(&self.community_id)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND ringing_at IS NULL AND state = ");
        out.push_bind_param::<SmallInt, _>(&RINGING)
    }
}

impl<C: Connection> RunQueryDsl<C> for Ring {}

/// They talk.
#[derive(QueryId)]
pub(super) struct Answer {
    pub community_id: i64,
    pub id: i64,
    pub at: i64,
}

impl<DB> QueryFragment<DB> for Answer
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<SmallInt>,
    i64: ToSql<BigInt, DB>,
    i16: ToSql<SmallInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE calls SET state = ");
        out.push_bind_param::<SmallInt, _>(&ANSWERED)?;
        out.push_sql(", answered_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE community_id = ");
        out.push_bind_param::<BigInt, _>(&self.community_id)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND state = ");
        out.push_bind_param::<SmallInt, _>(&RINGING)
    }
}

impl<C: Connection> RunQueryDsl<C> for Answer {}

/// It is over.
pub(super) struct End<'a> {
    pub community_id: i64,
    pub id: i64,
    pub ending: &'a Ending<'a>,
    /// The words of the ending's cause, and of who ended it.
    pub words: (&'static str, &'static str),
}

impl<DB> QueryFragment<DB> for End<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<SmallInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    i16: ToSql<SmallInt, DB>,
    Option<i16>: ToSql<Nullable<SmallInt>, DB>,
    for<'x> &'x str: ToSql<Text, DB>,
    for<'x> Option<&'x str>: ToSql<Nullable<Text>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE calls SET state = ");
        out.push_bind_param::<SmallInt, _>(&ENDED)?;
        out.push_sql(", cause = ");
        out.push_bind_param::<Text, _>(&self.words.0)?;
        out.push_sql(", ended_by = ");
        out.push_bind_param::<Text, _>(&self.words.1)?;
        out.push_sql(", sip_status = ");
        out.push_bind_param::<Nullable<SmallInt>, _>(&self.ending.sip_status)?;
        out.push_sql(", trunk_out = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.ending.trunk_out)?;
        out.push_sql(", ended_at = ");
        out.push_bind_param::<BigInt, _>(&self.ending.at)?;
        out.push_sql(", quality = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.ending.quality)?;
        out.push_sql(", steps = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.ending.steps)?;
        out.push_sql(" WHERE community_id = ");
        out.push_bind_param::<BigInt, _>(&self.community_id)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND state < ");
        out.push_bind_param::<SmallInt, _>(&ENDED)
    }
}

impl QueryId for End<'_> {
    type QueryId = End<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C: Connection> RunQueryDsl<C> for End<'_> {}
