using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>The claims of one verified token. They are immutable and shared by all requests with the token.</summary>
/// <remarks>
/// The constructor only stores a few references. Each part is read from the payload on first use. Two concurrent threads may both read it;
/// both results are equal and complete, because a part is immutable when it is published. A cached token keeps a limited number of bytes of
/// parts. Other parts are kept only until the garbage collector collects them, and are read again on the next use. So the memory of all
/// cached tokens is limited, regardless of which parts are read.
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

    /// <summary>
    /// The number of bytes that the list of all claims, the largest part, leaves for the rights, which are used more often.
    /// </summary>
    private const int RoomForRights = 1024;

    /// <param name="payload">
    /// The verified payload: a well-formed JSON object without duplicate members. It must not be changed afterward.
    /// </param>
    /// <param name="options">The options. They must not be changed afterward.</param>
    /// <param name="issuer">The verified <c>iss</c>, used for <see cref="System.Security.Claims.Claim.Issuer"/>.</param>
    public AccessTokenClaims(byte[] payload, KeycloakClaimsOptions options, string issuer)
        : this(payload, 0, 0, options, issuer, int.MaxValue)
    {
    }

    /// <param name="token">
    /// The verified token in the compact serialization. If the token is kept, its payload need not be kept a second time.
    /// </param>
    /// <param name="encodedStart">The index of the base64url payload in <paramref name="token"/>.</param>
    /// <param name="encodedLength">
    /// The length of the base64url payload; 0 if <paramref name="token"/> is the decoded payload itself.
    /// </param>
    /// <param name="options">The options. They must not be changed afterward.</param>
    /// <param name="issuer">The verified <c>iss</c>, used for <see cref="System.Security.Claims.Claim.Issuer"/>.</param>
    /// <param name="room">The maximum number of bytes of parts that are kept.</param>
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

    /// <summary>
    /// Gets or sets what the token is bound to, or null if it is not bound. It is set before the claims are published. For a lightweight
    /// token, it can come from the introspection response.
    /// </summary>
    public Confirmation? Confirmation { get; set; }

    /// <summary>Gets the decoded payload. Each call returns a new copy if the token itself is kept.</summary>
    public ReadOnlyMemory<byte> Payload => _encodedLength == 0 ? _source : Read(static (payload, _) => payload.ToArray());

    /// <summary>Gets the marks by which a revocation identifies the token. They are read only if there are revocations.</summary>
    /// <param name="names">How names are hashed: always the same, because a token belongs to one scheme.</param>
    public ref readonly TokenMarks Marks(NameHash names) => ref (_marks ??= ReadMarks(names)).Value;

    public NameSet Scopes => _scopes.TryGet(out var kept)
        ? kept
        : Keep(ref _scopes, Read(static (payload, _) => TokenRights.ReadScopes(payload)), HeapSize.Of);

    public NameSet RealmRoles => _realmRoles.TryGet(out var kept)
        ? kept
        : Keep(ref _realmRoles, Read(static (payload, _) => TokenRights.ReadRealmRoles(payload)), HeapSize.Of);

    /// <summary>Gets the clients of which the user has roles, with these roles.</summary>
    public IReadOnlyList<KeyValuePair<string, NameSet>> Clients => ClientsAndRoles;

    /// <summary>Gets the values of the role claims, from the configured sources.</summary>
    public NameSet Roles => _roles.TryGet(out var kept) ? kept : Keep(ref _roles, ReadRoles(), HeapSize.Of);

    public TokenHolder Holder => _holder.TryGet(out var kept)
        ? kept
        : Keep(ref _holder, Read(static (payload, token) => TokenHolder.Read(payload, token.Options.NameClaimType)), HeapSize.Of);

    public TokenMemberships Memberships => _memberships.TryGet(out var kept)
        ? kept
        : Keep(ref _memberships, Read(static (payload, _) => TokenMemberships.Read(payload)), HeapSize.Of);

    /// <summary>Gets all claims in the order of the token, followed by the role claims.</summary>
    public ReadOnlySpan<TokenClaim> All => _all.TryGet(out var kept)
        ? kept
        : Keep(ref _all, Read(static (payload, token) => TokenClaimList.Read(payload, token)), HeapSize.Of, RoomForRights);

    /// <summary>
    /// Gets the value for <see cref="System.Security.Claims.ClaimsIdentity.Name"/>: the name claim, or the subject if there is none.
    /// </summary>
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
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase)
                && string.Equals(claim.Value, value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private StrongBox<TokenMarks> ReadMarks(NameHash names) => new(names.IsShared
        ? Read(static (payload, _) => TokenMarks.Of(payload, NameHash.Shared))
        : Read(static (payload, _) => TokenMarks.Of(payload, NameHash.Local)));

    // A separate method, so that the delegate for ClientRoles is allocated only if the roles are read.
    private NameSet ReadRoles() => NameSet.Of(TokenRights.RoleClaims(
        RealmRoles, ClientRoles, Read(static (payload, token) => TokenRights.ReadFlatRoles(payload, token.Options)), Options));

    private T Keep<T>(ref KeptPart<T> place, T part, Func<T, int> sizeOf, int leave = 0)
        where T : class
    {
        // Without a limit, the size need not be counted.
        if (_room == int.MaxValue || HasRoom(sizeOf(part), leave))
        {
            place.Keep(part);
        }
        else
        {
            place.KeepWeakly(part);
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

    /// <summary>
    /// Replaces the marks by those that the introspection response has completed. A lightweight token itself contains no <c>sub</c>.
    /// </summary>
    public void Learn(StrongBox<TokenMarks> marks)
    {
        // Write only if the value changes, so that the processors can keep sharing the cache line.
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

        // This cannot fail: the payload was decoded before.
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
