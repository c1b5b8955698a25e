using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Claims;

/// <summary>
/// The identity of one request: a view of the token's shared claims until claim objects are requested or claims are changed.
/// </summary>
/// <remarks>
/// A change to the identity of one request never affects another request, because <see cref="Claim"/> objects belong to one identity.
/// Methods that need no objects (<see cref="HasClaim(string, string)"/>, which <c>IsInRole</c> calls, and <see cref="Name"/>) use the
/// shared claims until the application adds or removes a claim; then they use the claims of this identity. One kind of copy is not
/// supported: <c>new ClaimsIdentity(identity, claims, "another authentication type")</c> copies the base class's private list without
/// calling a virtual member. It copies no claims unless they were read before.
/// </remarks>
internal sealed class KeycloakIdentity : ClaimsIdentity
{
    private readonly AccessTokenClaims _token;
    private volatile bool _materialized;
    private bool _changed;

    public KeycloakIdentity(AccessTokenClaims token, string authenticationType)
        : base(authenticationType, token.Options.NameClaimType, token.Options.RoleClaimType) => _token = token;

    private KeycloakIdentity(KeycloakIdentity other)
        : base(other)
    {
        _token = other._token;
        _materialized = other._materialized;
        _changed = other._changed;
    }

    /// <summary>Gets the token's claims while they are this identity's claims. Null after the application has changed the claims.</summary>
    /// <remarks>
    /// GenericPrincipal attaches its own claims to an identity. The base class then returns something other than its list.
    /// </remarks>
    public AccessTokenClaims? Token => !_changed && base.Claims is List<Claim> ? _token : null;

    /// <summary>Gets the issuer and subject of the verified token, even if the application has changed the claims.</summary>
    public (string Issuer, string? Subject) VerifiedUser => (_token.Issuer, _token.Holder.Subject);

    /// <summary>Gets the marks by which a revocation identifies the token, even if the application has changed the claims.</summary>
    /// <param name="names">How names are hashed.</param>
    public ref readonly TokenMarks Marks(NameHash names) => ref _token.Marks(names);

    /// <summary>Gets the user, client and session of the verified token, even if the application has changed the claims.</summary>
    public TokenHolder VerifiedHolder => _token.Holder;

    /// <summary>
    /// Gets what the verified token is bound to, or null if it is not bound. The handler has checked the proof. A change of the claims by
    /// the application does not change it.
    /// </summary>
    public Confirmation? Confirmation => _token.Confirmation;

    /// <summary>Gets the order of authentication levels, as configured in the handler.</summary>
    public IList<string> AcrLevels => _token.Options.AcrLevels;

    /// <summary>Gets the name of the scheme, without creating claim objects as <see cref="AuthenticationType"/> does.</summary>
    public string? SchemeName => base.AuthenticationType;

    /// <summary>Gets the client id of this API, as configured in the handler.</summary>
    public string? ClientId => _token.Options.ClientId;

    /// <inheritdoc/>
    /// <remarks>
    /// <c>new ClaimsIdentity(identity)</c> reads this property before it copies the base class's private list, so the list is filled here.
    /// </remarks>
    public override string? AuthenticationType
    {
        get
        {
            Materialize();
            return base.AuthenticationType;
        }
    }

    /// <inheritdoc/>
    public override string? Name => Token is { } token ? token.Name : base.Name ?? FindFirst(KeycloakClaimTypes.Subject)?.Value;

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims
    {
        get
        {
            Materialize();
            return base.Claims;
        }
    }

    /// <inheritdoc/>
    public override bool HasClaim(string type, string value)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(value);
        if (Token is not { } token)
        {
            return base.HasClaim(type, value);
        }

        return string.Equals(type, RoleClaimType, StringComparison.OrdinalIgnoreCase) ? token.HasRole(value) : token.Has(type, value);
    }

    /// <inheritdoc/>
    public override bool HasClaim(Predicate<Claim> match)
    {
        Materialize();
        return base.HasClaim(match);
    }

    /// <inheritdoc/>
    public override Claim? FindFirst(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Token is { } token && !token.HasType(type) ? null : base.FindFirst(type);
    }

    /// <inheritdoc/>
    public override Claim? FindFirst(Predicate<Claim> match)
    {
        Materialize();
        return base.FindFirst(match);
    }

    /// <inheritdoc/>
    public override IEnumerable<Claim> FindAll(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Materialize();
        return base.FindAll(type);
    }

    /// <inheritdoc/>
    public override IEnumerable<Claim> FindAll(Predicate<Claim> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        Materialize();
        return base.FindAll(match);
    }

    /// <inheritdoc/>
    public override void AddClaim(Claim claim)
    {
        Materialize();
        _changed = true;
        base.AddClaim(claim);
    }

    /// <inheritdoc/>
    public override void AddClaims(IEnumerable<Claim?> claims)
    {
        Materialize();
        _changed = true;
        base.AddClaims(claims);
    }

    /// <inheritdoc/>
    public override bool TryRemoveClaim(Claim? claim)
    {
        Materialize();
        var removed = base.TryRemoveClaim(claim);
        _changed |= removed;
        return removed;
    }

    /// <inheritdoc/>
    public override void RemoveClaim(Claim? claim)
    {
        Materialize();
        base.RemoveClaim(claim);
    }

    /// <inheritdoc/>
    public override ClaimsIdentity Clone()
    {
        lock (this)
        {
            return new KeycloakIdentity(this);
        }
    }

    /// <inheritdoc/>
    protected override void WriteTo(BinaryWriter writer, byte[]? userData)
    {
        Materialize();
        base.WriteTo(writer, userData);
    }

    private void Materialize()
    {
        if (_materialized)
        {
            return;
        }

        // Several tasks of one request may read its user concurrently, as with any ClaimsIdentity. A lock object per request would be an
        // allocation that almost no request needs. Locking "this" is safe, because nothing inside the lock waits for another lock.
        lock (this)
        {
            if (_materialized)
            {
                return;
            }

            foreach (ref readonly var claim in _token.All)
            {
                base.AddClaim(new Claim(claim.Type, claim.Value, claim.ValueType, _token.Issuer, _token.Issuer, this));
            }

            _materialized = true;
        }
    }
}
