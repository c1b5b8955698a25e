namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>One of the two stores of events that a realm has.</summary>
internal enum EventStoreKind
{
    /// <summary>What users and clients did: <c>/events</c>.</summary>
    User,

    /// <summary>What administrators did: <c>/admin-events</c>.</summary>
    Admin,
}
