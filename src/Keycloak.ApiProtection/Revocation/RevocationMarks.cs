using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Translates events, which have names, into marks, which have hashes and which the log and the journal keep.</summary>
internal static class RevocationMarks
{
    /// <summary>Returns the marks of an event for one issuer of the realm.</summary>
    public static IEnumerable<RevocationMark> Of(
        KeycloakRevocation revocation, string issuer, NameHash names, RevocationSettings settings)
    {
        // Tokens are accepted until the clock skew after they expire, so the event is kept that long, too.
        var now = settings.Time.GetUtcNow();
        var lifetime = Later(revocation.ExpiresAt, settings.ClockSkew) - now + TimeSpan.FromSeconds(1);
        var until = Math.Clamp(revocation.IssuedUntil.ToUnixTimeSeconds(), 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        var realm = names.Of(RevocationKind.Realm, issuer, issuer);
        var name = names.Of(KindOfId(revocation.Kind), issuer, revocation.Id);
        var client = names.Of(RevocationKind.Client, issuer, revocation.ClientId);
        RevocationMark Mark(MarkKind kind) => new(kind, realm, name, client, until, lifetime);

        switch (revocation.Kind)
        {
            case RevocationKind.Realm:
                yield return Mark(MarkKind.Realm);
                break;
            case RevocationKind.RecheckAll:
                yield return Recheck(Mark(MarkKind.RecheckRealm), revocation.EventId, now, settings);
                break;
            case RevocationKind.RecheckUser when !name.IsEmpty:
                yield return Recheck(
                    Mark(client.IsEmpty ? MarkKind.RecheckUser : MarkKind.RecheckClientOfUser), revocation.EventId, now, settings);
                break;
            case RevocationKind.ClientSession when !name.IsEmpty && !client.IsEmpty:
                yield return Mark(MarkKind.ClientSession);
                break;
            case RevocationKind.User when revocation.OnlineSessionsOnly && !name.IsEmpty:
                yield return Mark(MarkKind.OnlineUser);
                break;
            case RevocationKind.Session or RevocationKind.User or RevocationKind.Client or RevocationKind.Token when !name.IsEmpty:
                yield return Mark(KindOf(revocation.Kind));
                break;
        }

        if (revocation.EndedForClient is { } endedFor && !name.IsEmpty)
        {
            // An offline session outlives the logout, unless Keycloak says that it ended, too.
            var ended = Mark(MarkKind.EndedSession) with
            {
                Client = names.Of(RevocationKind.Client, issuer, endedFor),
                Lifetime = settings.EndedSessionLifetime,
            };
            yield return ended;
            if (revocation.RevokesOfflineAccess)
            {
                yield return ended with { Kind = MarkKind.EndedOfflineSession };
            }
        }
    }

    /// <summary>Returns the event of a mark from the journal, for observers and metrics. It has no id.</summary>
    public static KeycloakRevocation EventOf(RevocationMark mark, DateTimeOffset now) => new(
        mark.Kind switch
        {
            MarkKind.User or MarkKind.OnlineUser => RevocationKind.User,
            MarkKind.Client => RevocationKind.Client,
            MarkKind.ClientSession => RevocationKind.ClientSession,
            MarkKind.Token => RevocationKind.Token,
            MarkKind.Realm or MarkKind.Watermark => RevocationKind.Realm,
            MarkKind.RecheckUser or MarkKind.RecheckClientOfUser => RevocationKind.RecheckUser,
            MarkKind.RecheckRealm => RevocationKind.RecheckAll,
            _ => RevocationKind.Session,
        },
        Id: null,
        DateTimeOffset.FromUnixTimeSeconds(mark.Until),
        Later(now, mark.Lifetime),
        RevocationSource.Journal)
    {
        OnlineSessionsOnly = mark.Kind == MarkKind.OnlineUser,
        RevokesOfflineAccess = mark.Kind == MarkKind.EndedOfflineSession,
    };

    /// <summary>Returns the later time, or the latest possible one.</summary>
    public static DateTimeOffset Later(DateTimeOffset time, TimeSpan span) =>
        time > DateTimeOffset.MaxValue - span ? DateTimeOffset.MaxValue : time + span;

    // A token that is issued later than the latest time that Keycloak's clock can show now has the new rights.
    private static RevocationMark Recheck(RevocationMark mark, string? eventId, DateTimeOffset now, RevocationSettings settings)
    {
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        if (eventId is null)
        {
            RandomNumberGenerator.Fill(id);
        }
        else
        {
            // The same for each replica that reads the event, and for each effect of the event.
            SHA256.HashData(Encoding.UTF8.GetBytes($"{mark.Kind} {mark.Realm} {mark.Name} {mark.Client} {eventId}"), id);
        }

        return mark with
        {
            Until = Math.Min(mark.Until, (now + settings.ClockSkew).ToUnixTimeSeconds()),
            Id = Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(id)),
        };
    }

    private static RevocationKind KindOfId(RevocationKind kind) => kind switch
    {
        RevocationKind.ClientSession => RevocationKind.Session,
        RevocationKind.RecheckUser => RevocationKind.User,
        _ => kind,
    };

    private static MarkKind KindOf(RevocationKind kind) => kind switch
    {
        RevocationKind.User => MarkKind.User,
        RevocationKind.Client => MarkKind.Client,
        RevocationKind.Token => MarkKind.Token,
        _ => MarkKind.Session,
    };
}
