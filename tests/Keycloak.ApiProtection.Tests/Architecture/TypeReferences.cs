using System.Reflection;
using System.Reflection.Emit;

namespace Keycloak.ApiProtection.Tests.Architecture;

/// <summary>The types of the same assembly that a type refers to in signatures, attributes and method bodies (IL).</summary>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>The outermost types that a top-level type and its nested types (closures and state machines included) refer to.</summary>
    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        foreach (var part in Nested(type))
        {
            foreach (var reference in References(part))
            {
                Add(reference, type.Assembly, found);
            }
        }

        found.Remove(type);
        return found;
    }

    private static IEnumerable<Type> Nested(Type type) => type.GetNestedTypes(Declared).SelectMany(Nested).Prepend(type);

    private static IEnumerable<Type?> References(Type type)
    {
        yield return type.BaseType;
        foreach (var contract in type.GetInterfaces())
        {
            yield return contract;
        }

        foreach (var attribute in type.GetCustomAttributesData())
        {
            yield return attribute.AttributeType;
        }

        foreach (var field in type.GetFields(Declared))
        {
            yield return field.FieldType;
        }

        foreach (var method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
        {
            foreach (var reference in Signature(method).Concat(Body(method)))
            {
                yield return reference;
            }
        }
    }

    private static IEnumerable<Type?> Signature(MethodBase method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType);

    private static IEnumerable<Type?> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        foreach (var member in Tokens(body.GetILAsByteArray() ?? []).Select(token => Resolve(method, token)))
        {
            yield return member as Type ?? member?.DeclaringType;
            if (member is MethodInfo { IsGenericMethod: true } generic)
            {
                foreach (var argument in generic.GetGenericArguments())
                {
                    yield return argument;
                }
            }
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null);

    /// <summary>The metadata tokens of members in a method body (ECMA-335 partition III).</summary>
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var value = il[at] == 0xFE ? unchecked((short)((il[at] << 8) | il[at + 1])) : il[at];
            var code = OpCodesByValue[value];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return BitConverter.ToInt32(il, at);
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    private static void Add(Type? type, Assembly assembly, HashSet<Type> found)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType(), assembly, found);
            return;
        }

        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            Add(argument, assembly, found);
        }

        if (type.Assembly == assembly)
        {
            var outermost = type;
            while (outermost.DeclaringType is { } declaring)
            {
                outermost = declaring;
            }

            found.Add(outermost.IsGenericType ? outermost.GetGenericTypeDefinition() : outermost);
        }
    }
}
