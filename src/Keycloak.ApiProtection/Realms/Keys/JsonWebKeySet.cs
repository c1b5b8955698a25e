using System.Text.Json;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>Reads the realm's keys from a JWK set (RFC 7517 section 5).</summary>
internal static class JsonWebKeySet
{
    /// <summary>How many keys of a document are read. A realm has fewer than ten.</summary>
    public const int MaximumKeys = 100;

    /// <summary>Reads a document. A document without a usable signing key is a failure.</summary>
    public static RealmAnswer<KeySet> Read(ReadOnlyMemory<byte> json, Uri source)
    {
        if (!RealmJson.Parse(json, source).Succeeded(out var document, out var failure))
        {
            return failure;
        }

        using (document)
        {
            if (!document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                return RealmFailure.NotJson(source, page: false, "it has no array \"keys\".");
            }

            var set = Read(list);

            return set.IsEmpty ? RealmFailure.NoUsableKeys(source, set.Unusable) : set;
        }
    }

    private static KeySet Read(JsonElement list)
    {
        var usable = new List<SigningKey>();
        var unusable = new List<UnusableKey>();

        foreach (var element in list.EnumerateArray().Take(MaximumKeys))
        {
            var (key, reason) = JsonWebKey.Read(element);

            if (key is null)
            {
                unusable.Add(reason!);
            }
            else if (usable.Exists(known => known.Id == key.Id))
            {
                unusable.Add(new UnusableKey(
                    key.Id, "An earlier key of the realm has the same kid, so it cannot be determined which of them signed a token."));
            }
            else
            {
                usable.Add(key);
            }
        }

        if (list.GetArrayLength() > MaximumKeys)
        {
            unusable.Add(new UnusableKey(
                null,
                $"The realm lists {list.GetArrayLength()} keys, but only the first {MaximumKeys} are read: "
                    + "delete keys that no token needs."));
        }

        return new KeySet([.. usable], unusable);
    }
}
