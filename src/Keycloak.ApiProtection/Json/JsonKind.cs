namespace Keycloak.ApiProtection.Json;

/// <summary>The kind of a JSON value (RFC 8259 section 3).</summary>
internal enum JsonKind : byte
{
    /// <summary>No value: the member is absent.</summary>
    None,

    /// <summary>A string.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An array.</summary>
    Array,
}
