using System.Globalization;
using System.Text;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Journal;

/// <summary>The format of journal entries: a JSON object with the members <c>v kind realm name client until id</c>.</summary>
/// <remarks>
/// Replicas of several versions read the same journal during a deployment. An entry of a later version, or of a kind that this version
/// does not know, is skipped. An entry can contain anything, because other applications may be able to write to the journal.
/// </remarks>
internal static class MarkFormat
{
    /// <summary>The longest content that is read.</summary>
    public const int LongestContent = 512;

    private const int MostMembers = 16;

    private static readonly string[] KindNames = [.. Enum.GetNames<MarkKind>().Select(Camel)];

    /// <summary>Writes a mark.</summary>
    public static RevocationEntry Write(RevocationMark mark)
    {
        // All values are digits and letters, so nothing needs escaping.
        var json = new StringBuilder(160)
            .Append("{\"v\":1,\"kind\":\"").Append(KindNames[(int)mark.Kind])
            .Append("\",\"realm\":\"").Append(mark.Realm).Append('"');
        Append(json, "name", mark.Name);
        Append(json, "client", mark.Client);
        json.Append(",\"until\":").Append(mark.Until);
        if (mark.Id != 0)
        {
            json.Append(",\"id\":\"").Append(mark.Id.ToString("x16", CultureInfo.InvariantCulture)).Append('"');
        }

        return new RevocationEntry(json.Append('}').ToString(), mark.Lifetime);
    }

    /// <summary>Reads an entry. False if this version cannot apply it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="isLater">Whether the entry is well-formed, but of a later version.</param>
    public static bool TryRead(RevocationEntry entry, out RevocationMark mark, out bool isLater)
    {
        mark = null!;
        isLater = false;
        var text = entry.Content ?? string.Empty;
        if (text.Length > LongestContent || !Ascii.IsValid(text) || entry.Lifetime <= TimeSpan.Zero)
        {
            return false;
        }

        Span<byte> json = stackalloc byte[LongestContent];
        json = json[..Encoding.ASCII.GetBytes(text, json)];
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[MostMembers];
        var reader = new JsonObjectReader(json, seen);
        JsonValue version = default, kind = default, realm = default, name = default, client = default, until = default, id = default;
        while (reader.Read())
        {
            var member = reader.Name;
            if (member.SequenceEqual("v"u8))
            {
                version = reader.Value;
            }
            else if (member.SequenceEqual("kind"u8))
            {
                kind = reader.Value;
            }
            else if (member.SequenceEqual("realm"u8))
            {
                realm = reader.Value;
            }
            else if (member.SequenceEqual("name"u8))
            {
                name = reader.Value;
            }
            else if (member.SequenceEqual("client"u8))
            {
                client = reader.Value;
            }
            else if (member.SequenceEqual("until"u8))
            {
                until = reader.Value;
            }
            else if (member.SequenceEqual("id"u8))
            {
                id = reader.Value;
            }
        }

        if (reader.Problem is not null || !version.Exists || version.Kind != JsonKind.Number)
        {
            return false;
        }

        var index = kind.Text(json) is { } named ? Array.IndexOf(KindNames, named) : -1;
        if (!version.Raw(json).SequenceEqual("1"u8) || (index < 0 && kind.Kind == JsonKind.String))
        {
            isLater = true;
            return false;
        }

        if (index < 0
            || !TryReadName(json, realm, out var realmName) || realmName.IsEmpty
            || !TryReadName(json, name, out var ownName) || !TryReadName(json, client, out var clientName)
            || !NumericDate.TryRead(until, json, out var time)
            || !TryReadId(json, id, out var number))
        {
            return false;
        }

        mark = new RevocationMark((MarkKind)index, realmName, ownName, clientName, time.ToUnixTimeSeconds(), entry.Lifetime)
        {
            Id = number,
        };
        return HasNames(mark) && mark.IsRecheck == (mark.Id != 0);
    }

    /// <summary>Whether the mark has the names that its kind needs.</summary>
    private static bool HasNames(RevocationMark mark) => mark.Kind switch
    {
        MarkKind.Realm or MarkKind.Watermark or MarkKind.RecheckRealm => true,
        MarkKind.ClientSession or MarkKind.EndedSession or MarkKind.EndedOfflineSession or MarkKind.RecheckClientOfUser =>
            !mark.Name.IsEmpty && !mark.Client.IsEmpty,
        _ => !mark.Name.IsEmpty,
    };

    private static bool TryReadName(ReadOnlySpan<byte> json, JsonValue value, out HashedName name)
    {
        name = default;
        return !value.Exists || (value.Kind == JsonKind.String && !value.Escaped && HashedName.TryParse(value.Raw(json), out name));
    }

    private static bool TryReadId(ReadOnlySpan<byte> json, JsonValue value, out ulong id)
    {
        id = 0;
        return !value.Exists || (value.Kind == JsonKind.String && value.Length == 16
            && ulong.TryParse(value.Raw(json), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id));
    }

    private static void Append(StringBuilder json, string member, HashedName name)
    {
        if (!name.IsEmpty)
        {
            json.Append(",\"").Append(member).Append("\":\"").Append(name).Append('"');
        }
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
