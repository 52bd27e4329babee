using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>Queries for assets.</summary>
internal sealed class AssetQueries(IndexConnection connection)
{
    private const string Columns = "a.uuid, a.name, a.type, a.display, a.description, a.tags, a.created_at, a.created_by, a.changed_at, a.n, a.latest, a.gone, a.id, a.fold";

    /// <summary>Finds the asset that owns a name: the name's newest record names it, and its state lists the name.</summary>
    public AssetItem? Find(string fold) => connection.Rows(
        $"SELECT {Columns} FROM name o JOIN asset a ON a.uuid = o.owner JOIN asset_name l ON l.fold = o.fold AND l.asset = a.id WHERE o.fold = $0", Read, fold).SingleOrDefault().Item;

    public IndexPage<AssetItem> List(AssetQuery query)
    {
        var builder = new QueryBuilder();
        string from, order;
        if (query.Text is not null)
        {
            if (SearchText.ToQuery(query.Text) is not { } match)
                return new([], null);
            (from, order) = ("asset_search s CROSS JOIN asset a ON a.id = s.rowid", "s.rowid DESC");
            builder.And($"asset_search MATCH {builder.Add(match)}");
            if (query.After is not null)
                builder.And($"s.rowid < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
            if (query.Tag is not null)
                builder.And($"EXISTS (SELECT 1 FROM asset_tag t WHERE t.tag = {builder.Add(query.Tag)} AND t.asset = a.id)");
        }
        else
        {
            // Few assets have a tag, compared with all; those that have it are sorted.
            from = query.Tag is null ? "asset a" : "asset_tag t JOIN asset a ON a.id = t.asset";
            order = "a.fold, a.id";
            builder.And("a.fold IS NOT NULL");
            if (query.Tag is not null)
                builder.And($"t.tag = {builder.Add(query.Tag)}");
            if (query.After is not null)
            {
                var after = PageCursor.Read(query.After, 2);
                builder.And($"(a.fold, a.id) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
            }
        }
        builder.And("a.gone = 0");
        builder.AndPrefix("a.fold", query.NamePrefix);
        if (query.Type is not null)
            builder.And($"a.type = {builder.Add(query.Type)}");
        var rows = connection.Rows($"SELECT {Columns} FROM {from}{builder.Where} ORDER BY {order} LIMIT {builder.Add(query.PageSize + 1L)}", Read, builder.Values);
        var items = rows.Take(query.PageSize).ToList();
        var next = rows.Count <= query.PageSize ? null : query.Text is not null ? PageCursor.Write(items[^1].Item.Row) : PageCursor.Write(items[^1].Fold!, items[^1].Item.Row);
        return new([.. items.Select(i => i.Item)], next);
    }

    private static (AssetItem Item, string? Fold) Read(SqliteDataReader row) => (new(
        ColumnValues.ToGuid((byte[])row[0]), row.TextOrNull(1), row.TextOrNull(2), row.TextOrNull(3), row.TextOrNull(4), ColumnValues.ToTexts(row.GetString(5)), ColumnValues.ToTime(row.GetInt64(6)),
        row.GetString(7), ColumnValues.ToTime(row.GetInt64(8)), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11) == 1, row.GetInt64(12)), row.TextOrNull(13));
}
