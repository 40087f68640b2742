//! A control of the other tests: what is lost or revived behind the server's back is told by the ledger.

use sqlx::AssertSqlSafe;

use crate::common::instance::{Instance, Place};
use crate::common::load::Load;
use crate::common::postgres::{Cluster, fresh_schema};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_tells_what_is_lost_and_what_is_revived() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let instance = Instance::start(&Place::Postgres { url: cluster.url(), schema: schema.clone() }, 0);
    let mut load = Load::on(instance.address);
    load.until_acknowledged(300).await;
    let ledger = load.finish().await;
    let statements = format!(
        "DELETE FROM {schema}.codes WHERE hash = (SELECT hash FROM {schema}.codes WHERE NOT redeemed LIMIT 1);
         DELETE FROM {schema}.access_tokens WHERE hash = (
             SELECT t.hash FROM {schema}.access_tokens t JOIN {schema}.families f USING (issuer, family)
             WHERE NOT t.revoked AND NOT f.revoked AND t.generation = f.generation LIMIT 1
         );
         UPDATE {schema}.families SET revoked = false
             WHERE family = (SELECT family FROM {schema}.families WHERE revoked AND generation > 0 LIMIT 1);"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&cluster.pool().await).await.expect("damage");
    let checked = ledger.check(instance.address).await;
    // The newest access token and refresh token of that family are valid again.
    assert_eq!((checked.lost, checked.revived), (2, 2), "{checked:?}");
}
