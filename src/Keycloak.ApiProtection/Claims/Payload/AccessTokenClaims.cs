using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>The claims of one verified token: immutable, and shared by all requests that carry it.</summary>
/// <remarks>
/// Making one stores a few references. Each part is read from the payload when somebody first asks for it; two threads that ask at once may
/// both read it, and either result is the same and complete, because parts are immutable when they are published.
/// A remembered token has room for a bounded number of bytes of parts. What does not fit is held only until the garbage collector takes
/// it, and is then read again when somebody asks for it: so the memory of all remembered tokens is bounded, whatever is read of them.
/// </remarks>
internal sealed class AccessTokenClaims
{
    private readonly byte[] _source;
    private readonly int _encodedStart;
    private readonly int _encodedLength;
    private int _room;
    private KeptPart<NameSet> _scopes;
    private KeptPart<NameSet> _realmRoles;
    private KeptPart<KeyValuePair<string, NameSet>[]> _clients;
    private KeptPart<NameSet> _roles;
    private KeptPart<TokenHolder> _holder;
    private KeptPart<TokenMemberships> _memberships;
    private KeptPart<TokenClaim[]> _all;
    private StrongBox<TokenMarks>? _marks;

    /// <summary>What the list of all claims, the largest part, leaves for the rights, which are asked for more often.</summary>
    private const int RoomForRights = 1024;

    /// <param name="payload">The verified payload: one JSON object, well-formed, without duplicate members. It must not change any more.</param>
    /// <param name="options">Not changed any more.</param>
    /// <param name="issuer">The verified <c>iss</c>: what <see cref="System.Security.Claims.Claim.Issuer"/> says.</param>
    public AccessTokenClaims(byte[] payload, KeycloakClaimsOptions options, string issuer)
        : this(payload, 0, 0, options, issuer, int.MaxValue)
    {
    }

    /// <param name="token">The verified token in its compact form: whoever keeps that need not keep its payload a second time.</param>
    /// <param name="encodedStart">Where the payload begins in it, base64url.</param>
    /// <param name="encodedLength">How long it is there; 0 where <paramref name="token"/> is the payload itself.</param>
    /// <param name="options">Not changed any more.</param>
    /// <param name="issuer">The verified <c>iss</c>: what <see cref="System.Security.Claims.Claim.Issuer"/> says.</param>
    /// <param name="room">How many bytes of parts are kept.</param>
    public AccessTokenClaims(byte[] token, int encodedStart, int encodedLength, KeycloakClaimsOptions options, string issuer, int room)
    {
        _source = token;
        _encodedStart = encodedStart;
        _encodedLength = encodedLength;
        Options = options;
        Issuer = issuer;
        _room = room;
    }

    private delegate T PayloadReader<T>(ReadOnlySpan<byte> payload, AccessTokenClaims token);

    public KeycloakClaimsOptions Options { get; }

    public string Issuer { get; }

    /// <summary>The decoded payload; a new copy for each question where the token itself is kept.</summary>
    public ReadOnlyMemory<byte> Payload => _encodedLength == 0 ? _source : Read(static (payload, _) => payload.ToArray());

    /// <summary>What a revocation can know the token by. Read when there is a revocation to ask about; most of the time there is none.</summary>
    public ref readonly TokenMarks Marks =>
        ref (_marks ??= new StrongBox<TokenMarks>(Read(static (payload, _) => TokenMarks.Of(payload)))).Value;

    public NameSet Scopes => _scopes.TryGet(out var kept)
        ? kept
        : Keep(ref _scopes, Read(static (payload, _) => TokenRights.ReadScopes(payload)), HeapSize.Of);

    public NameSet RealmRoles => _realmRoles.TryGet(out var kept)
        ? kept
        : Keep(ref _realmRoles, Read(static (payload, _) => TokenRights.ReadRealmRoles(payload)), HeapSize.Of);

    /// <summary>The clients that the holder has roles of, with those roles.</summary>
    public IReadOnlyList<KeyValuePair<string, NameSet>> Clients => ClientsAndRoles;

    /// <summary>The values of the role claims, from the configured sources.</summary>
    public NameSet Roles => _roles.TryGet(out var kept) ? kept : Keep(ref _roles, ReadRoles(), HeapSize.Of);

    public TokenHolder Holder => _holder.TryGet(out var kept)
        ? kept
        : Keep(ref _holder, Read(static (payload, token) => TokenHolder.Read(payload, token.Options.NameClaimType)), HeapSize.Of);

    public TokenMemberships Memberships => _memberships.TryGet(out var kept)
        ? kept
        : Keep(ref _memberships, Read(static (payload, _) => TokenMemberships.Read(payload)), HeapSize.Of);

    /// <summary>Every claim, in the token's order, then the role claims.</summary>
    public ReadOnlySpan<TokenClaim> All => _all.TryGet(out var kept)
        ? kept
        : Keep(ref _all, Read(static (payload, token) => TokenClaimList.Read(payload, token)), HeapSize.Of, RoomForRights);

    /// <summary><see cref="System.Security.Claims.ClaimsIdentity.Name"/>: the name claim, else the subject.</summary>
    public string? Name => Holder.Name ?? FirstOf(Options.NameClaimType) ?? Holder.Subject;

    private KeyValuePair<string, NameSet>[] ClientsAndRoles => _clients.TryGet(out var kept)
        ? kept
        : Keep(ref _clients, Read(static (payload, _) => TokenRights.ReadClients(payload)), HeapSize.Of);

    public NameSet ClientRoles(string client)
    {
        foreach (var entry in ClientsAndRoles)
        {
            if (string.Equals(entry.Key, client, StringComparison.Ordinal))
            {
                return entry.Value;
            }
        }

        return NameSet.Empty;
    }

    public bool HasRole(string role) => Roles.Contains(role);

    public bool HasType(string type) => FirstOf(type) is not null;

    public bool Has(string type, string value)
    {
        foreach (ref readonly var claim in All)
        {
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase) && string.Equals(claim.Value, value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // A method of its own, so that the delegate to ClientRoles costs only those who read.
    private NameSet ReadRoles() => NameSet.Of(TokenRights.RoleClaims(
        RealmRoles, ClientRoles, Read(static (payload, token) => TokenRights.ReadFlatRoles(payload, token.Options)), Options));

    private T Keep<T>(ref KeptPart<T> place, T part, Func<T, int> sizeOf, int leave = 0)
        where T : class
    {
        // Without a bound nothing needs to be counted.
        if (_room == int.MaxValue || HasRoom(sizeOf(part), leave))
        {
            place.Keep(part);
        }
        else
        {
            place.Lend(part);
        }

        return part;
    }

    private bool HasRoom(int size, int leave)
    {
        if (Interlocked.Add(ref _room, -size) >= leave)
        {
            return true;
        }

        Interlocked.Add(ref _room, size);
        return false;
    }

    /// <summary>Replaces the marks by those that Keycloak's answer completed: a lightweight token has no <c>sub</c> of its own.</summary>
    public void Learn(StrongBox<TokenMarks> marks)
    {
        // Written once, not for every request: processors that only read it can share it.
        if (!ReferenceEquals(_marks, marks))
        {
            _marks = marks;
        }
    }

    private T Read<T>(PayloadReader<T> read)
    {
        if (_encodedLength == 0)
        {
            return read(_source, this);
        }

        // It was decoded before, so that it can be again.
        var buffer = ArrayPool<byte>.Shared.Rent(_encodedLength);
        try
        {
            var length = Base64Url.DecodeFromUtf8(_source.AsSpan(_encodedStart, _encodedLength), buffer);
            return read(buffer.AsSpan(0, length), this);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string? FirstOf(string type)
    {
        foreach (ref readonly var claim in All)
        {
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase))
            {
                return claim.Value;
            }
        }

        return null;
    }
}
