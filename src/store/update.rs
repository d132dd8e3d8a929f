//! Updates that run for every text, as fixed SQL with binds. Diesel never keeps an UPDATE's prepared
//! statement, because a changeset may differ from call to call; these do not, and preparing them anew would
//! cost more than running them.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, SmallInt, Text};
use diesel::{Connection, RunQueryDsl};

/// Sets a message's status where its present one is below `below` or one of `or`.
pub(super) struct SetStatus<'a> {
    pub community_id: i64,
    pub id: i64,
    pub status: i16,
    pub reason: Option<&'a str>,
    pub detail: Option<&'a str>,
    pub updated_at: i64,
    /// Set once: by the first status that says that a carrier has it.
    pub sent_at: Option<i64>,
    pub below: i16,
    pub or: (i16, i16),
}

impl<DB> QueryFragment<DB> for SetStatus<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<SmallInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    i16: ToSql<SmallInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    for<'x> Option<&'x str>: ToSql<Nullable<Text>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE messages SET status = ");
        out.push_bind_param::<SmallInt, _>(&self.status)?;
        out.push_sql(", reason = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.reason)?;
        out.push_sql(", detail = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.detail)?;
        out.push_sql(", updated_at = ");
        out.push_bind_param::<BigInt, _>(&self.updated_at)?;
        out.push_sql(", sent_at = COALESCE(sent_at, ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.sent_at)?;
        out.push_sql(") WHERE community_id = ");
        out.push_bind_param::<BigInt, _>(&self.community_id)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(" AND (status < ");
        out.push_bind_param::<SmallInt, _>(&self.below)?;
        out.push_sql(" OR status = ");
        out.push_bind_param::<SmallInt, _>(&self.or.0)?;
        out.push_sql(" OR status = ");
        out.push_bind_param::<SmallInt, _>(&self.or.1)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for SetStatus<'_> {
    type QueryId = SetStatus<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C: Connection> RunQueryDsl<C> for SetStatus<'_> {}

/// Notes that a row's owner used it.
#[derive(QueryId)]
pub(super) struct Touch {
    pub community_id: i64,
    pub member_id: i64,
    pub number_id: i64,
    pub now: i64,
}

impl<DB> QueryFragment<DB> for Touch
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE assignments SET last_activity_at = ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", answered_at = COALESCE(answered_at, ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(") WHERE community_id = ");
        out.push_bind_param::<BigInt, _>(&self.community_id)?;
        out.push_sql(" AND member_id = ");
        out.push_bind_param::<BigInt, _>(&self.member_id)?;
        out.push_sql(" AND number_id = ");
        out.push_bind_param::<BigInt, _>(&self.number_id)?;
        Ok(())
    }
}

impl<C: Connection> RunQueryDsl<C> for Touch {}
